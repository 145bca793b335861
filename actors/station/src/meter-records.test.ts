import { verifyEcdsa } from '@interlock/host'
import { assert, fromBase64, fromUtf8, utf8 } from '@interlock/kernel'
import {
  pageOf,
  parseRecord,
  readReceipt,
  verifyRecord,
  type Payload,
  type SignedReceipt,
} from '@interlock/ocmf'
import { expect, test } from 'vitest'
import { crypto } from './fixture/parties.fixture.ts'
import { battery, card, sessionScene, type SessionScene } from './fixture/session.fixture.ts'
import { until } from './fixture/until.fixture.ts'
import { contractVehicle, type VehicleLink } from './hardware/contract-vehicle.ts'

type Value = {
  readonly timestamp: string
  readonly sampledValue: readonly {
    readonly value: number
    readonly signedMeterValue?: {
      signedMeterData: string
      signingMethod: string
      publicKey: string
    }
  }[]
}
type Signed = { readonly value: number; readonly payload: Payload; readonly publicKey: string }

/** Every signed value the CSMS got, in the order it came; each must verify with the key it named. */
function signedValues(scene: SessionScene): readonly Signed[] {
  const messages = scene.csms.received.filter(({ payload }) => 'meterValue' in payload)
  const signed = messages.flatMap(({ payload }) =>
    (payload['meterValue'] as readonly Value[]).flatMap(({ sampledValue }) => sampledValue),
  )
  let known = ''
  return signed.flatMap(({ value, signedMeterValue }) => {
    if (signedMeterValue === undefined) return []
    const { signedMeterData, publicKey, signingMethod } = signedMeterValue
    expect(signingMethod).toBe('ECDSA-secp256r1-SHA256')
    known = publicKey === '' ? known : publicKey
    const record = verifyRecord(
      fromUtf8(fromBase64(signedMeterData) ?? new Uint8Array()),
      known,
      verifyEcdsa,
    )
    expect(record).toMatchObject({ ok: true })
    return record.ok ? [{ value, payload: record.value.payload, publicKey }] : []
  })
}

async function wholeSession(scene: SessionScene, contract?: VehicleLink): Promise<void> {
  const { hardware } = scene.station
  const before = scene.events().length
  hardware.plugIn({ ...battery, idToken: card.idToken, ...(contract && { contract }) })
  await scene.told(before + 3)
  await scene.clock.advance(1_800_000)
  hardware.unplug()
  await until(() => scene.events().at(-1)?.eventType === 'Ended')
  await scene.settled()
}

test('nothing is signed unless SignReadings says so', async () => {
  const scene = await sessionScene()
  await wholeSession(scene)
  expect(signedValues(scene)).toEqual([])
})

test('a session is signed from begin to end, its pages without a gap (E02.FR.14, J02.FR.21)', async () => {
  const scene = await sessionScene()
  await scene.setting('SampledDataCtrlr', 'SignReadings', 'true')
  await wholeSession(scene)
  const signed = signedValues(scene)
  expect(signed.map(({ payload }) => payload.RD[0]?.TX)).toEqual(['B', 'C', 'C', 'E'])
  expect(signed.map(({ payload }) => payload.PG)).toEqual(['T1', 'T2', 'T3', 'T4'])
  expect(signed.map(({ payload }) => payload.RD[0]?.RV)).toEqual(signed.map(({ value }) => value))
  // The cable was in before the card was shown.
  expect(signed.map(({ payload }) => payload.IS)).toEqual([false, true, true, true])
  expect(signed.at(-1)?.payload).toMatchObject({ IL: 'HEARSAY', ID: card.idToken, IT: 'ISO14443' })
  // OncePerTransaction, as it is set from the start.
  expect(signed.map(({ publicKey }) => publicKey !== '')).toEqual([true, false, false, false])
})

test('the key goes along always, or never, as PublicKeyWithSignedMeterValue says', async () => {
  for (const [setting, told] of [
    ['EveryMeterValue', true],
    ['Never', false],
  ] as const) {
    const scene = await sessionScene()
    await scene.setting('SampledDataCtrlr', 'SignReadings', 'true')
    await scene.setting('OCPPCommCtrlr', 'PublicKeyWithSignedMeterValue', setting)
    await wholeSession(scene)
    const values = scene.events().flatMap(({ meterValue = [] }) => meterValue)
    const keys = values.map(({ sampledValue }) => sampledValue[0]?.signedMeterValue?.publicKey)
    expect(keys.length).toBeGreaterThan(2)
    expect(keys.every((each) => (each !== '') === told)).toBe(true)
  }
})

test('a loss of power and a second session go on where the pages were', async () => {
  const scene = await sessionScene()
  await scene.setting('SampledDataCtrlr', 'SignReadings', 'true')
  await wholeSession(scene)
  await scene.restart()
  await wholeSession(scene)
  const all = signedValues(scene)
  const numbers = all.map(({ payload }) => pageOf(payload.PG).number)
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  expect(numbers.length).toBeGreaterThan(6)
})

const { key: contractKey } = crypto.generateKey()
const receiptsIn = (scene: SessionScene) =>
  scene.events().flatMap(({ meterValue = [] }) =>
    meterValue.flatMap(({ sampledValue }) =>
      sampledValue.flatMap(({ signedMeterValue: signed }) => {
        if (signed === undefined) return []
        const record = parseRecord(fromUtf8(fromBase64(signed.signedMeterData) ?? new Uint8Array()))
        const { meteringReceipt } = (signed.customData ?? {}) as { meteringReceipt?: SignedReceipt }
        return [{ record, meteringReceipt }]
      }),
    ),
  )

test('a vehicle with a contract confirms each reading of its session, the last one too', async () => {
  const scene = await sessionScene()
  await scene.setting('SampledDataCtrlr', 'SignReadings', 'true')
  await wholeSession(scene, contractVehicle(contractKey, crypto))
  const found = receiptsIn(scene)
  expect(found).toHaveLength(4)
  const sessions = new Set<string>()
  for (const { record, meteringReceipt } of found) {
    assert(record.ok && meteringReceipt !== undefined, 'each record has its receipt')
    const { plainData, signature } = meteringReceipt
    const signed = fromBase64(signature) ?? new Uint8Array()
    expect(crypto.verify(contractKey.publicKey, utf8(plainData), signed)).toBe(true)
    const { payload, signature: sigMeterReading } = record.value
    const said = readReceipt(plainData)
    sessions.add(said?.sessionId ?? '')
    const meterReading = payload.RD[0]?.RV
    expect(said).toMatchObject({ meterId: payload.MS, meterReading, sigMeterReading })
  }
  expect(sessions.size).toBe(1)
  // Who comes next has no contract, and nobody speaks for it.
  await wholeSession(scene)
  expect(
    receiptsIn(scene)
      .slice(4)
      .map((each) => each.meteringReceipt),
  ).toEqual(
    receiptsIn(scene)
      .slice(4)
      .map(() => undefined),
  )
})

test('what a vehicle says of another reading than it was shown is no receipt, and it charges on', async () => {
  const scene = await sessionScene()
  await scene.setting('SampledDataCtrlr', 'SignReadings', 'true')
  const honest = contractVehicle(contractKey, crypto)
  let asked = 0
  await wholeSession(scene, {
    meteringReceipt(shown) {
      asked += 1
      return asked === 1
        ? undefined
        : honest.meteringReceipt({ ...shown, meterReading: shown.meterReading - 1 })
    },
  })
  expect(asked).toBe(4)
  expect(receiptsIn(scene).map((each) => each.meteringReceipt)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('outside of transactions pages are fiscal, and name nobody (J01.FR.21)', async () => {
  const scene = await sessionScene()
  await scene.setting('AlignedDataCtrlr', 'SignReadings', 'true')
  await scene.setting('OCPPCommCtrlr', 'PublicKeyWithSignedMeterValue', 'EveryMeterValue')
  await scene.setting('AlignedDataCtrlr', 'Interval', '60')
  await scene.clock.advance(120_000)
  await until(() => scene.csms.sent('MeterValues').length === 2)
  const signed = signedValues(scene)
  expect(signed.map(({ payload }) => payload.PG)).toEqual(['F1', 'F2'])
  for (const { payload } of signed) {
    expect(payload).not.toHaveProperty('IS')
    expect(payload.RD[0]).not.toHaveProperty('TX')
  }
})
