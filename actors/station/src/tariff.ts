import { fromBase64, type Instant } from '@interlock/kernel'
import { newerTariff, openTariff, orderWords, type MeterTariff } from '@interlock/seal'
import { priceAt } from '@interlock/power'
import type { Station } from './station.ts'

/**
 * A tariff that the LLCS passed on: the command that the supplier of the home signed. It is verified
 * again here, against the supplier that the installer pinned. It is for the display: what the charger
 * does follows from schedules that two parties agreed to.
 * @returns why it was not taken; undefined for the newest, also when that is known already
 */
export function takeTariff(station: Station, text: string): string | undefined {
  const { deps, keeper, records, reports, payer } = station
  const signed = fromBase64(text)
  if (payer === undefined || signed === undefined) return 'TariffUnexpected'
  const now = deps.clock.now()
  const newer = newerTariff(heldBytes(station), signed, payer, deps.crypto, now)
  if (!newer.ok) {
    const { reason, detail = '' } = newer
    records.note('TariffRefused', { reason, detail })
    reports.security('InvalidMessages', `tariff: ${reason}`)
    return reason
  }
  if (newer.value === undefined) return undefined
  records.before('TariffTaken', orderWords(newer.value))
  keeper.commit({ set: { tariff: text } })
  station.moment.tariff = newer.value
  return undefined
}

/** What is read of a document reaches further than this. */
const readMillisMax = 24 * 3_600_000

/** Pence per kilowatt-hour now; `undefined` where no price is known. */
export function priceNow(station: Station): number | undefined {
  const { deps, moment, payer } = station
  const now = deps.clock.now()
  if (payer === undefined) return undefined
  if (!isFresh(moment.tariff, now)) {
    const held = heldBytes(station)
    const read = held && openTariff(held, payer.meter, payer.supplier, deps.crypto, now)
    moment.tariff = read?.ok === true ? read.value : undefined
  }
  return moment.tariff && priceAt(moment.tariff.prices, now)
}

const isFresh = (tariff: MeterTariff | undefined, now: Instant): boolean =>
  tariff !== undefined && tariff.readAt <= now && now - tariff.readAt < readMillisMax

function heldBytes({ keeper }: Station): Uint8Array | undefined {
  const { tariff } = keeper.memory
  return tariff === undefined ? undefined : fromBase64(tariff)
}
