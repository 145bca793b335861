import { vendorId } from '@interlock/contract'
import { systemEntropy } from '@interlock/host'
import { toHex } from '@interlock/kernel'
import {
  parseRecord,
  readReceipt,
  receiptCharactersMax,
  writeReceipt,
  type SignedReceipt,
} from '@interlock/ocmf'
import type { SignedMeterValue } from './core/meter-values.ts'
import type { VehicleLink } from './hardware/contract-vehicle.ts'
import type { Station } from './station.ts'

/** The vehicle at the plug, where it has a contract of its own (ISO 15118). */
export type VehicleSession = { readonly id: string; readonly link: VehicleLink }

const sessionIdBytes = 8
const signatureCharactersMax = 128

export const newVehicleSession = (link: VehicleLink): VehicleSession => ({
  id: toHex(systemEntropy.bytes(sessionIdBytes)).toUpperCase(),
  link,
})

/**
 * The vehicle's word on a record of a transaction, as it goes beside it in OCPP's `customData`. Whoever bills verifies
 * it; the charger only sees to it that it is on what was shown. No charge waits for it.
 */
export function receiptFor(
  { moment, records }: Station,
  record: string,
): Pick<SignedMeterValue, 'customData'> {
  const { vehicle } = moment
  const read = parseRecord(record)
  if (vehicle === undefined || !read.ok) return {}
  const { payload, signature } = read.value
  const [reading] = payload.RD
  const shown = {
    sessionId: vehicle.id,
    meterId: payload.MS ?? '',
    meterReading: Number(reading?.RV),
    sigMeterReading: signature,
  }
  const receipt = vehicle.link.meteringReceipt(shown)
  if (receipt === undefined) return {}
  if (!isOf(receipt, writeReceipt(shown))) {
    records.note('ReceiptOther', { page: payload.PG })
    return {}
  }
  const { plainData, signature: signed } = receipt
  return { customData: { vendorId, meteringReceipt: { plainData, signature: signed } } }
}

function isOf({ plainData, signature }: SignedReceipt, shown: string): boolean {
  if (plainData.length > receiptCharactersMax || signature.length > signatureCharactersMax)
    return false
  const said = readReceipt(plainData)
  return said !== undefined && writeReceipt(said) === shown
}
