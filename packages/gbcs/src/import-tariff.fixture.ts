import { importTariffPrices, type ImportTariff } from './index.ts'

/** No energy ends a block: the highest number that there is. */
export const endless = 0xffff_ffff
/** Prices of those registers that have one, by their place; all others cost nothing. */
export const pricesOf = (priced: Readonly<Record<number, number>>): readonly number[] =>
  Array.from({ length: importTariffPrices }, (_, at) => priced[at + 1] ?? 0)
export const thresholdsOf = (...first: readonly (readonly number[])[]) =>
  Array.from({ length: 8 }, (_, at) => first[at] ?? [endless])

const hour = 3_600
const week = (name: number, weekday: number, weekend: number) => ({
  name,
  days: [...Array.from({ length: 5 }, () => weekday), weekend, weekend],
})
/** Winter and summer, two rates by night and by day on weekdays, and one at weekends. */
export const timeOfUse: ImportTariff = {
  seasons: [
    { name: 'winter', start: { year: 2014, month: 10, day: 27 }, week: 1 },
    { name: 'summer', start: { year: 2015, month: 3, day: 29 }, week: 2 },
  ],
  weeks: [week(1, 1, 3), week(2, 2, 3)],
  days: [
    {
      name: 1,
      switches: [
        { atSeconds: 0, register: 2 },
        { atSeconds: 7 * hour, register: 3 },
      ],
    },
    {
      name: 2,
      switches: [
        { atSeconds: 6 * hour, register: 3 },
        { atSeconds: 23 * hour, register: 2 },
      ],
    },
    { name: 3, switches: [{ atSeconds: 0, register: 1 }] },
  ],
  specialDays: [
    { date: { year: 2015, month: 5, day: 1 }, day: 2 },
    { date: { year: 'any', month: 12, day: 25 }, day: 3 },
  ],
  thresholds: thresholdsOf(),
  standingCharge: 20_000,
  standingChargeScale: -5,
  prices: pricesOf({ 1: 2_121, 2: 3_127, 3: 4_744 }),
  priceScale: -5,
  execution: 'atOnce',
}
