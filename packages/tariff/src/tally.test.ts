import { fromIso, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { TimeOfUseDocument } from './document.ts'
import { priceUsage } from './price-usage.ts'
import { plain, tariffWith, versionWith } from './tariff.fixture.ts'
import { usageProblem, type Usage } from './usage.ts'

const at = (text: string) => fromIso(text) ?? instant(0)
const took = (from: string, until: string, wattHours: number) => ({
  from: at(from),
  until: at(until),
  wattHours,
})
const blocks: Partial<TimeOfUseDocument> = {
  registers: [
    {
      register: 1,
      name: 'steps',
      blocks: [
        { pencePerKilowattHour: 10, upToWattHours: 2_000 },
        { pencePerKilowattHour: 20, upToWattHours: 3_000 },
        { pencePerKilowattHour: 40 },
      ],
    },
    ...plain.registers.slice(1),
  ],
}
const linesOf = (blockPeriod: 'day' | 'week' | 'month', usage: Usage) => {
  const bill = priceUsage(tariffWith(versionWith({ ...blocks, blockPeriod })), usage)
  return bill.ok ? bill.value.lines.map((line) => [line.block, line.wattHours, line.cost]) : bill
}

test('energy fills the blocks in order, and one interval may fill several', () => {
  const usage = [
    took('2026-01-05T10:00:00Z', '2026-01-05T10:30:00Z', 1_500),
    took('2026-01-05T11:00:00Z', '2026-01-05T11:30:00Z', 5_000),
  ]
  expect(linesOf('day', usage)).toEqual([
    [1, 2_000, 20_000_000_000n],
    [2, 1_000, 20_000_000_000n],
    [3, 3_500, 140_000_000_000n],
  ])
})

test.each([
  ['day', 4_000],
  ['week', 4_000],
  ['month', 2_000],
] as const)('blocks begin again with each %s: %i Wh in the first', (period, first) => {
  const usage = [
    // Sunday and Monday of one month, across midnight in London, which in June is 23:00 UTC.
    took('2026-06-14T22:00:00Z', '2026-06-14T23:00:00Z', 2_500),
    took('2026-06-14T23:00:00Z', '2026-06-15T00:00:00Z', 2_500),
  ]
  expect(linesOf(period, usage)).toContainEqual([1, first, BigInt(first) * 10_000_000n])
})

test('the parts of an interval over a change of rate add up to the whole', () => {
  const tariff = tariffWith(
    versionWith({
      days: [
        {
          day: 1,
          switches: [
            { at: '00:00', register: 1 },
            { at: '10:10', register: 2 },
            { at: '10:20', register: 3 },
          ],
        },
      ],
      weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
    }),
  )
  const bill = priceUsage(tariff, [took('2026-01-05T10:00:00Z', '2026-01-05T10:30:00Z', 100)])
  expect(bill.ok && bill.value.lines.map(({ wattHours }) => wattHours)).toEqual([33, 33, 34])
})

test('each version has its own lines and its own standing charge from the day it is in force', () => {
  const tariff = tariffWith(
    versionWith({}, { standingChargePencePerDay: 10 }),
    versionWith(
      {},
      { version: 2, validFrom: '2026-01-06T00:00:00Z', standingChargePencePerDay: 1 },
    ),
  )
  const bill = priceUsage(tariff, [took('2026-01-05T23:00:00Z', '2026-01-06T01:00:00Z', 2_000)])
  expect(bill).toMatchObject({
    ok: true,
    value: {
      lines: [
        { version: 1, wattHours: 1_000 },
        { version: 2, wattHours: 1_000 },
      ],
      standing: { days: 2, cost: 11_000_000_000n },
      cost: 13_000_000_000n,
    },
  })
})

test('usage for which there is no price is named by its first instant', () => {
  const tariff = tariffWith(versionWith({}, { validUntil: '2026-01-05T10:15:00Z' }))
  const usage = [took('2026-01-05T10:00:00Z', '2026-01-05T10:30:00Z', 100)]
  const detail = '2026-01-05T10:15:00.000Z'
  expect(priceUsage(tariff, usage)).toEqual({ ok: false, reason: 'PriceUnknown', detail })
})

test.each([
  ['UsageEmpty', 0, []],
  ['UsageReversed', 0, [took('2026-01-05T10:30:00Z', '2026-01-05T10:00:00Z', 1)]],
  ['UsageReversed', 0, [took('2026-01-05T10:30:00Z', '2026-02-06T10:00:00Z', 1)]],
  [
    'UsageOverlaps',
    1,
    [
      took('2026-01-05T10:00:00Z', '2026-01-05T10:30:00Z', 1),
      took('2026-01-05T10:29:59Z', '2026-01-05T11:00:00Z', 1),
    ],
  ],
  ['UsageEnergyInvalid', 0, [took('2026-01-05T10:00:00Z', '2026-01-05T10:30:00Z', 1.5)]],
  ['UsageEnergyInvalid', 0, [took('2026-01-05T10:00:00Z', '2026-01-05T10:30:00Z', -1)]],
] as const)('a series is refused as %s', (reason, index, usage) => {
  expect(usageProblem(usage)).toEqual({ ok: false, reason, index })
})
