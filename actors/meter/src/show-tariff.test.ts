import { importTariffPrices, type ImportTariff } from '@interlock/gbcs'
import { inHours, inSeconds, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  framed,
  later,
  meter,
  next,
  originator,
  ours,
  standard,
  start,
  tables,
  target,
} from './tariff-meter.fixture.ts'

/** By blocks until 23:00, by time of use after that. */
const inBlocks: Partial<ImportTariff> = {
  days: [
    {
      name: 1,
      switches: [
        { atSeconds: 0, register: 101 },
        { atSeconds: 23 * 3_600, register: 2 },
      ],
    },
  ],
  thresholds: Array.from({ length: 8 }, (_, at) => [...(at === 0 ? [500] : []), 0xffff_ffff]),
  prices: Array.from({ length: importTariffPrices }, (_, at) => 10 + at),
}
test("the standard's read shows the tables of the tariff in force, and the price of now", () => {
  const one = meter()
  expect(one.shown()?.result).toBe('objectUndefined')
  one.send(standard(10, 21, inBlocks))
  one.send(standard(11, 30, { execution: later }))
  const { specialDays, thresholds: _ends, execution: _at, ...same } = { ...tables(21), ...inBlocks }
  expect(one.shown()).toMatchObject({
    result: 'success',
    ...same,
    tariffSpecialDays: specialDays,
    currency: 'pounds',
    activePrice: 58,
    activePriceScale: -2,
  })
  expect(one.shown()?.thresholds?.slice(0, 2)).toEqual([
    [500, 0xffff_ffff, 0xffff_ffff],
    [0xffff_ffff, 0xffff_ffff, 0xffff_ffff],
  ])
  // Half a kilowatt-hour is what the first block holds.
  const used = { from: start, until: plus(start, inHours(1)), wattHours: 500 }
  expect(one.memory.consume(used).ok).toBe(true)
  expect(one.again().shown()?.activePrice).toBe(66)
  one.at(plus(start, inHours(5)))
  expect(one.shown()?.activePrice).toBe(11)
  one.at(later)
  expect(one.shown()).toMatchObject({ activePrice: 30, days: tables(30).days })
})

test('a price of now that cannot be said is told apart, and a tariff of ours has no tables', () => {
  const one = meter()
  one.send(standard(10, -1))
  const [first, ...others] = one.shown()?.results ?? []
  expect([first, new Set(others)]).toEqual(['objectUnavailable', new Set(['success'])])
  expect(one.shown()?.activePrice).toBeUndefined()
  one.send(standard(11, 21))
  const time = { useCase: 'ECS70', originator, target, counter: 12n } as const
  one.send(framed({ ...time, from: later, until: plus(later, inSeconds(60)) }))
  expect(one.shown()?.results?.[0]).toBe('objectUnavailable')
  one.send(ours(13, 1, 5))
  expect(one.shown()).toMatchObject({ result: 'objectUndefined' })
  expect(one.shown()?.prices).toBeUndefined()
  // Nothing is shown to whom the data company has not vouched for.
  expect(one.shown(next)).toBeUndefined()
})
