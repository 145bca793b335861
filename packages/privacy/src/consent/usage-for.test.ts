import { instant, type Instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { MeterInterval } from '../exports/interval.ts'
import { usageFor } from './usage-for.ts'

const at = (text: string): Instant => instant(Date.parse(text))
const halfHour = 1_800_000
const from = at('2026-01-30T00:00:00Z')
/** Half-hours of `days` from 30 January on, 100 Wh each, 10 back. */
const halfHours = (days: number): MeterInterval[] =>
  Array.from({ length: days * 48 }, (_, index) => ({
    from: instant(from + index * halfHour),
    until: instant(from + (index + 1) * halfHour),
    importWattHours: 100,
    exportWattHours: 10,
    isEstimated: index === 50,
  }))

test('daily: totals of days that are over and known in full', () => {
  const now = at('2026-02-01T12:00:00Z')
  expect(usageFor('daily', halfHours(3), now)).toEqual([
    {
      from,
      until: at('2026-01-31T00:00:00Z'),
      importWattHours: 4_800,
      exportWattHours: 480,
      isEstimated: false,
    },
    {
      from: at('2026-01-31T00:00:00Z'),
      until: at('2026-02-01T00:00:00Z'),
      importWattHours: 4_800,
      exportWattHours: 480,
      isEstimated: true,
    },
  ])
  expect(usageFor('daily', halfHours(1).slice(1), now)).toEqual([])
})

test('monthly: nothing finer than a month, whatever is known', () => {
  const whole = halfHours(2 + 28)
  expect(usageFor('monthly', whole, at('2026-02-28T23:59:59Z'))).toEqual([])
  expect(usageFor('monthly', whole, at('2026-03-01T00:00:00Z'))).toMatchObject([
    { from: at('2026-02-01T00:00:00Z'), importWattHours: 28 * 4_800 },
  ])
})

test.each(['halfHourly', 'dsr'] as const)(
  '%s: every half-hour, and what is longer is left out',
  (purpose) => {
    const now = at('2026-01-30T01:30:00Z')
    const day = { ...halfHours(1)[0], from, until: at('2026-01-31T00:00:00Z') } as MeterInterval
    expect(usageFor(purpose, [...halfHours(1), day], now)).toEqual(halfHours(1).slice(0, 3))
  },
)
