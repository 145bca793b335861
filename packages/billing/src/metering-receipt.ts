import { fromBase64, ok, parseJson, refused, utf8, type Outcome } from '@interlock/kernel'
import {
  algorithmOf,
  defaultAlgorithm,
  publicKeyOf,
  type OcmfRecord,
  type VerifyEcdsa,
} from '@interlock/ocmf'
import type { SignedValue } from '@interlock/ocpi'
import { readingAtEnd } from './readings.ts'

/**
 * What a vehicle has signed of a reading that its charging station showed it: the fields of `MeterInfo` in
 * ISO 15118-2's metering receipt, with the key of the driver's contract. ISO 15118 signs them as EXI; here they
 * travel as JSON, and what is signed is its very characters.
 */
export type MeteringReceipt = {
  readonly meterId: string
  /** Wh. */
  readonly meterReading: number
  /** The meter's own signature under the reading (OCMF `SD`): says which one it is. */
  readonly sigMeterReading: string
}

/** `nature` of a signed value that is one; the others are the meter's own. */
export const receiptNature = 'Receipt'
export const isReceipt = ({ nature }: SignedValue): boolean =>
  nature.toLowerCase() === receiptNature.toLowerCase()

export type ReceiptProblem =
  'ReceiptUnreadable' | 'ReceiptInvalid' | 'ReceiptOther' | 'ReceiptDiffers'

const depthMax = 2
/** The vehicle counts in whole watt-hours. */
const wattHoursMax = 1

/**
 * How many readings of a session the vehicle has confirmed. One receipt that does not hold makes the record
 * one that does not: it says that somebody changed something.
 *
 * @param key of the driver's contract, hex or base64
 */
export function confirmedBy(
  receipts: readonly SignedValue[],
  records: readonly OcmfRecord[],
  key: string,
  verifyEcdsa: VerifyEcdsa,
): Outcome<number, ReceiptProblem> {
  const confirmed = new Set<OcmfRecord>()
  for (const { plain_data: text, signed_data: signed } of receipts) {
    const receipt = receiptIn(text)
    const signature = fromBase64(signed)
    if (receipt === undefined || signature === undefined) return refused('ReceiptUnreadable')
    if (!isSigned(text, signature, key, verifyEcdsa)) return refused('ReceiptInvalid')
    const record = records.find((each) => each.signature === receipt.sigMeterReading)
    if (record === undefined) return refused('ReceiptOther')
    const { MS, GS } = record.payload
    const read = readingAtEnd(record)
    const isSame = read !== undefined && Math.abs(read - receipt.meterReading) <= wattHoursMax
    if (!isSame || ![MS, GS].includes(receipt.meterId))
      return refused('ReceiptDiffers', `${receipt.meterReading} Wh, the meter signed ${read} Wh`)
    confirmed.add(record)
  }
  return ok(confirmed.size)
}

function isSigned(
  text: string,
  signature: Uint8Array,
  key: string,
  verifyEcdsa: VerifyEcdsa,
): boolean {
  const algorithm = algorithmOf(defaultAlgorithm)
  const spki = algorithm && publicKeyOf(key, algorithm.curve)
  if (algorithm === undefined || spki?.ok !== true) return false
  return verifyEcdsa(algorithm, spki.value, utf8(text), signature)
}

function receiptIn(text: string): MeteringReceipt | undefined {
  const json = parseJson(text, depthMax)
  if (!json.ok || typeof json.value !== 'object' || json.value === null) return undefined
  const { meterId, meterReading, sigMeterReading } = json.value as Record<string, unknown>
  return typeof meterId === 'string' &&
    typeof sigMeterReading === 'string' &&
    typeof meterReading === 'number' &&
    Number.isFinite(meterReading)
    ? { meterId, meterReading, sigMeterReading }
    : undefined
}
