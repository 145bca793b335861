import { fromIso, type Instant } from '@interlock/kernel'
import { badLine, readCsv } from './csv.ts'

/** The price of the half hour that starts at `from`; pence per kWh, tax included; may be negative. */
export type PriceRow = { readonly from: Instant; readonly pencePerKilowattHour: number }

const halfHour = 30 * 60_000
const priceLimit = 1_000

/**
 * Half-hourly prices: the start in UTC in the first column and the price in the last, with or
 * without a header line (the shape in which British half-hourly tariffs are published).
 *
 * @throws Fault BadLine | FileUnreadable
 */
export function readTariffFile(path: string): readonly PriceRow[] {
  const rows: PriceRow[] = []
  for (const [index, { number, cells }] of readCsv(path).entries()) {
    const from = fromIso(cells[0] ?? '')
    const price = Number(cells.at(-1))
    if (from === undefined) {
      if (index === 0) continue
      throw badLine(path, number, `“${cells[0] ?? ''}” is not a UTC time`)
    }
    if (cells.length < 2 || cells.at(-1)?.trim() === '' || !Number.isFinite(price))
      throw badLine(path, number, `“${cells.at(-1) ?? ''}” is not a price`)
    if (Math.abs(price) > priceLimit)
      throw badLine(path, number, `${price} p/kWh is beyond ±${priceLimit}`)
    if (from % halfHour !== 0) throw badLine(path, number, 'the time is not on a half hour')
    rows.push({ from, pencePerKilowattHour: price })
  }
  return rows
}

/**
 * Lays a tariff on the world's calendar: `fileDay` becomes the day of `worldStart`, and each half
 * hour keeps its time of day.
 */
export function layTariff(
  rows: readonly PriceRow[],
  fileDay: Instant,
  worldStart: Instant,
  worldEnd: Instant,
): readonly PriceRow[] {
  const shift = dayOf(worldStart) - dayOf(fileDay)
  return rows
    .map((row) => ({ ...row, from: (row.from + shift) as Instant }))
    .filter((row) => row.from >= dayOf(worldStart) && row.from < worldEnd)
}

/** The midnight (UTC) before an instant. */
export const dayOf = (at: Instant): number => at - (at % 86_400_000)
