import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { firstPlanned, responsePlan } from './response-plan.ts'

const from = instant(Date.UTC(2026, 0, 5, 18, 10))
const account = { organisation: '02-00-00-00-00-00-00-04', region: 'GB-EAST' }

test('every window the holding or its restoring may touch has the change, the return and the curve', () => {
  const until = instant(from + 60 * 60_000)
  const plan = responsePlan([{ ratingWatts: 7000, curveSpanPercent: 50 }], { from, until }, account)
  expect(plan.windows.map((each) => new Date(each.from).toISOString().slice(11, 16))).toEqual([
    '18:00',
    '18:30',
    '19:00',
    '19:30',
  ])
  expect(new Set(plan.windows.map((each) => each.swingWatts))).toEqual(new Set([17_500]))
})

test('two whole days fit into one plan', () => {
  const until = instant(from + 48 * 3_600_000)
  expect(responsePlan([], { from, until }, account).windows.length).toBeLessThanOrEqual(192)
})

test('a plan counts from the window after the next', () => {
  expect(new Date(firstPlanned(from)).toISOString()).toBe('2026-01-05T19:00:00.000Z')
})
