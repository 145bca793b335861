import { importTariffPrices, type CommandOf, type TariffShown } from '@interlock/gbcs'
import { eui64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { tablesThatDiffer } from './shown-tariff.ts'

const endless = 0xffff_ffff
const signed: CommandOf<'ECS01a'> = {
  useCase: 'ECS01a',
  originator: eui64('02-00-00-00-00-00-00-06'),
  target: eui64('02-00-00-03-00-00-00-01'),
  counter: 1n,
  seasons: [{ name: 'all', start: { year: 'any', month: 1, day: 1 }, week: 1 }],
  weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
  days: [{ name: 1, switches: [{ atSeconds: 0, register: 101 }] }],
  specialDays: [{ date: { year: 2026, month: 12, day: 25 }, day: 1 }],
  thresholds: Array.from({ length: 8 }, (_, at) => (at === 0 ? [1_000] : [endless])),
  standingCharge: 4_785,
  standingChargeScale: -4,
  prices: Array.from({ length: importTariffPrices }, () => 21),
  priceScale: -2,
  execution: 'atOnce',
}
const { seasons, weeks, days, prices, priceScale } = signed
const shown: TariffShown = {
  seasons,
  weeks,
  days,
  prices,
  priceScale,
  tariffSpecialDays: signed.specialDays,
  thresholds: signed.thresholds.map((ends) =>
    Array.from({ length: 3 }, (_, at) => ends[at] ?? endless),
  ),
}

test('a meter that shows what its supplier signed differs in nothing, nor in what it could not read', () => {
  const standing = { standingCharge: 4_785, standingChargeScale: -4 }
  expect(tablesThatDiffer(signed, { ...shown, ...standing })).toEqual([])
  expect(tablesThatDiffer(signed, shown)).toEqual([])
  expect(tablesThatDiffer(signed, { thresholds: Array.from({ length: 8 }, () => null) })).toEqual(
    [],
  )
})

test.each<[string, TariffShown]>([
  ['seasons', { seasons: [] }],
  ['weeks', { weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 1, 2] }] }],
  ['days', { days: [{ name: 1, switches: [{ atSeconds: 0, register: 102 }] }] }],
  ['specialDays', { tariffSpecialDays: [] }],
  ['standingCharge', { standingCharge: 4_786 }],
  ['standingChargeScale', { standingChargeScale: -3 }],
  ['prices', { prices: prices.with(79, 22) }],
  ['priceScale', { priceScale: -1 }],
  ['thresholds', { thresholds: [[1_001], ...Array.from({ length: 7 }, () => [endless])] }],
])('a meter that shows another tariff is named by the table: %s', (table, other) => {
  expect(tablesThatDiffer(signed, { ...shown, ...other })).toEqual([table])
})
