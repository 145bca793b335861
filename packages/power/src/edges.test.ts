import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { inHours, inMinutes, instant, plus } from '@interlock/kernel'
import { edges } from './edges.ts'
import { fallbackLevel } from './fallback.ts'
import { constantLevel, levelOf } from './level.ts'
import type { Schedule } from './schedule.ts'

const night = instant(Date.UTC(2026, 0, 5, 23))
const schedule = (...limits: readonly number[]): Schedule => ({
  from: night,
  until: plus(night, inHours(limits.length)),
  periods: limits.map((limitWatts, n) => ({ from: plus(night, inHours(n)), limitWatts })),
})

test('charges the switch-over, each change, and the return to the fallback', () => {
  const found = edges({
    previous: constantLevel(0),
    next: schedule(7000, 2000),
    fallback: fallbackLevel(7000),
    delaySecondsMax: 600,
  })
  expect(found).toEqual([
    { from: night, until: plus(night, inMinutes(10)), swingWatts: 7000 },
    { from: plus(night, inHours(1)), until: plus(night, inMinutes(70)), swingWatts: 5000 },
    { from: plus(night, inHours(2)), until: plus(night, inMinutes(130)), swingWatts: 5000 },
  ])
})

test('a switch-over costs the largest difference that the delay may meet', () => {
  const found = edges({
    previous: levelOf(
      {
        from: night,
        until: plus(night, inMinutes(5)),
        periods: [{ from: night, limitWatts: 7000 }],
      },
      constantLevel(1000),
    ),
    next: schedule(7000),
    fallback: constantLevel(7000),
    delaySecondsMax: 600,
  })
  expect(found).toEqual([{ from: night, until: plus(night, inMinutes(10)), swingWatts: 6000 }])
})

test('an end just before the fallback starts to forbid charging is charged in full', () => {
  const seven = instant(Date.UTC(2026, 0, 5, 7, 55))
  const [only] = edges({
    previous: constantLevel(7000),
    next: {
      from: plus(seven, inHours(-1)),
      until: seven,
      periods: [{ from: plus(seven, inHours(-1)), limitWatts: 7000 }],
    },
    fallback: fallbackLevel(7000),
    delaySecondsMax: 600,
  })
  expect(only).toEqual({ from: seven, until: plus(seven, inMinutes(10)), swingWatts: 7000 })
})

test('changing nothing costs nothing', () => {
  const level = constantLevel(7000)
  const next = schedule(7000, 7000)
  expect(edges({ previous: level, next, fallback: level, delaySecondsMax: 600 })).toEqual([])
})

test('the edges add up to at least the way from the old level to any later one', () => {
  const limits = fc.array(fc.integer({ min: 0, max: 22_000 }), { minLength: 1, maxLength: 24 })
  fc.assert(
    fc.property(limits, fc.integer({ min: 0, max: 22_000 }), (chosen, before) => {
      const previous = constantLevel(before)
      const found = edges({
        previous,
        next: schedule(...chosen),
        fallback: previous,
        delaySecondsMax: 1800,
      })
      for (const [n, limit] of chosen.entries()) {
        const spent = found
          .filter((edge) => edge.from <= night + n * 3_600_000)
          .reduce((sum, edge) => sum + edge.swingWatts, 0)
        expect(spent).toBeGreaterThanOrEqual(Math.abs(limit - before))
      }
    }),
  )
})
