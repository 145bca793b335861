import { fromBase64, ok, refused, utf8, type Outcome } from '@interlock/kernel'
import {
  algorithmOf,
  defaultAlgorithm,
  publicKeyOf,
  readReceipt,
  type OcmfRecord,
  type VerifyEcdsa,
} from '@interlock/ocmf'
import type { SignedValue } from '@interlock/ocpi'
import { readingAtEnd } from './readings.ts'

/** `nature` of a signed value that is one; the others are the meter's own. */
export const receiptNature = 'Receipt'
export const isReceipt = ({ nature }: SignedValue): boolean =>
  nature.toLowerCase() === receiptNature.toLowerCase()

export type ReceiptProblem =
  'ReceiptUnreadable' | 'ReceiptInvalid' | 'ReceiptOther' | 'ReceiptDiffers' | 'ReceiptMissing'

/** The vehicle of a driver's contract, as the provider knows it. */
export type ContractVehicle = {
  /** That it signs with, hex or base64. */
  readonly key: string
  /** It confirms whatever it is shown: without its word on beginning and end there is no bill. */
  readonly alwaysSigns: boolean
}

/** The vehicle counts in whole watt-hours. */
const wattHoursMax = 1

/**
 * How many readings of a session the vehicle has confirmed. One receipt that does not hold makes the record
 * one that does not: it says that somebody changed something.
 *
 * @param records in the order of their pages
 */
export function confirmedBy(
  receipts: readonly SignedValue[],
  records: readonly OcmfRecord[],
  { key, alwaysSigns }: ContractVehicle,
  verifyEcdsa: VerifyEcdsa,
): Outcome<number, ReceiptProblem> {
  const confirmed = new Set<OcmfRecord>()
  let session: string | undefined
  for (const { plain_data: text, signed_data: signed } of receipts) {
    const receipt = readReceipt(text)
    const signature = fromBase64(signed)
    if (receipt === undefined || signature === undefined) return refused('ReceiptUnreadable')
    if (!isSigned(text, signature, key, verifyEcdsa)) return refused('ReceiptInvalid')
    const record = records.find((each) => each.signature === receipt.sigMeterReading)
    if (record === undefined) return refused('ReceiptOther')
    if (receipt.sessionId !== (session ??= receipt.sessionId))
      return refused('ReceiptOther', 'of another session')
    const { MS, GS } = record.payload
    const read = readingAtEnd(record)
    const isSame = read !== undefined && Math.abs(read - receipt.meterReading) <= wattHoursMax
    if (!isSame || ![MS, GS].includes(receipt.meterId))
      return refused('ReceiptDiffers', `${receipt.meterReading} Wh, the meter signed ${read} Wh`)
    confirmed.add(record)
  }
  const ends = [records[0], records.at(-1)]
  if (alwaysSigns && ends.some((each) => each === undefined || !confirmed.has(each)))
    return refused('ReceiptMissing')
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
