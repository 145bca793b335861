import { verifyEcdsa } from '@interlock/host'
import { fromBase64, fromUtf8 } from '@interlock/kernel'
import { verifyRecord } from '@interlock/ocmf'
import { present, text } from '../match.ts'
import type { Steps } from '../steps.ts'
import type { MeterValue } from './readings.ts'

type Sampled = MeterValue['sampledValue'][number]

/** So that each reading can be verified by itself. */
export const withEveryKey = { 'OCPPCommCtrlr.PublicKeyWithSignedMeterValue': 'EveryMeterValue' }

/**
 * Each reading must have a signed value with its key. One in a format that we can read must have been
 * signed with that key, over the value that stands beside it.
 */
export function expectSigned(steps: Steps, readings: readonly MeterValue[]): void {
  for (const { sampledValue } of readings) {
    const signed = sampledValue.find((each) => each.signedMeterValue !== undefined)
    steps.expect(
      'the reading is signed, and says with which key',
      {
        signedMeterValue: {
          signedMeterData: text(/./),
          signingMethod: present,
          encodingMethod: present,
          publicKey: text(/./),
        },
      },
      signed,
    )
    if (signed?.signedMeterValue?.encodingMethod === 'OCMF') expectRecord(steps, signed)
  }
}

function expectRecord(steps: Steps, { value, signedMeterValue }: Sampled): void {
  if (signedMeterValue === undefined) return
  const { signedMeterData, publicKey } = signedMeterValue
  const record = fromUtf8(fromBase64(signedMeterData) ?? new Uint8Array())
  const read = verifyRecord(record, publicKey, verifyEcdsa)
  const expected = { ok: true, value: { payload: { RD: [{ RV: value }] } } }
  steps.expect('the signature is good, and over that value', expected, read)
}
