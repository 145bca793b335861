import { ok, refused, type Outcome } from '@interlock/kernel'
import { readingAtEnd, type OcmfRecord, type VerifyEcdsa } from '@interlock/ocmf'
import type { SignedValue } from '@interlock/ocpi'
import { openReceipt } from './open-receipt.ts'

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
  for (const each of receipts) {
    const opened = openReceipt(each, key, verifyEcdsa)
    if (!opened.ok) return opened
    const receipt = opened.value
    const record = records.find(({ signature }) => signature === receipt.sigMeterReading)
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
