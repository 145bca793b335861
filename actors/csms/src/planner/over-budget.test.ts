import { inMinutes, instant, plus, type StationId } from '@interlock/kernel'
import type { Schedule } from '@interlock/power'
import { expect, test } from 'vitest'
import { createOverBudget } from './over-budget.ts'

const station = 'EV-1' as StationId
const start = instant(1_800_000_000_000 - (1_800_000_000_000 % 1_800_000))
const until = plus(start, inMinutes(240))
const at = (watts: number): Schedule => ({
  from: start,
  until,
  periods: [{ from: start, limitWatts: watts }],
})

test('what the budget did not allow is not asked for again before its next window; less is', () => {
  let now = plus(start, inMinutes(10))
  const over = createOverBudget({ now: () => now })
  expect(over.holds(station, at(7_000))).toBe(false)
  over.note(station, at(7_000))
  expect(over.holds(station, at(7_000))).toBe(true)
  expect(over.holds('EV-2' as StationId, at(7_000))).toBe(false)
  expect(over.holds(station, at(3_000))).toBe(false)
  now = plus(start, inMinutes(29))
  expect(over.holds(station, at(7_000))).toBe(true)
  now = plus(start, inMinutes(30))
  expect(over.holds(station, at(7_000))).toBe(false)
})
