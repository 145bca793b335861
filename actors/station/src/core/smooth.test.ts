import fc from 'fast-check'
import { inSeconds, instant, plus, seeded } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { atRest, settle } from './smooth.ts'

const now = instant(0)
const never = () => {
  throw new Error('nothing may be drawn')
}

test('a change waits for the delay that was drawn, to the second', () => {
  const waiting = settle(atRest, { watts: 7_000 }, now, () => 345)
  expect(waiting).toMatchObject({ outcome: 'delayed', delaySeconds: 345, applied: { watts: 0 } })
  const early = settle(waiting.applied, { watts: 7_000 }, instant(344_999), never)
  expect(early.outcome).toBe('waiting')
  const due = settle(waiting.applied, { watts: 7_000 }, instant(345_000), never)
  expect(due).toEqual({ applied: { watts: 7_000 }, outcome: 'moved', delaySeconds: 345 })
})

test('an exempt change happens at once and draws nothing', () => {
  const moved = settle(atRest, { watts: 7_000, exempt: 'GestureAtCharger' }, now, never)
  expect(moved).toEqual({ applied: { watts: 7_000 }, outcome: 'moved', delaySeconds: 0 })
})

test('a delay of zero seconds is a delay like any other', () => {
  expect(settle(atRest, { watts: 7_000 }, now, () => 0).outcome).toBe('moved')
})

test('a change that is taken back before its delay is over never happens', () => {
  const waiting = settle(atRest, { watts: 7_000 }, now, () => 600).applied
  expect(settle(waiting, { watts: 0 }, instant(1), never)).toEqual({
    applied: { watts: 0 },
    outcome: 'dropped',
  })
})

test('a second change shares the delay of the first, however many come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.nat(5)), { maxLength: 30 }),
      fc.string(),
      (changes, seed) => {
        const entropy = seeded(seed)
        let applied = atRest
        let at = now
        let differsSince: number | undefined
        for (const [gap, level] of changes) {
          at = plus(at, inSeconds(gap))
          const due = applied.pending?.due
          if (due !== undefined && due <= at) {
            applied = settle(applied, { watts: 7_000 }, due, never).applied
            differsSince = undefined
          }
          const watts = level * 1_000
          applied = settle(applied, { watts }, at, () => entropy.below(601)).applied
          if (applied.watts === watts) differsSince = undefined
          else differsSince ??= at
          const latest = differsSince === undefined ? undefined : differsSince + 600_000
          if (latest !== undefined) expect(applied.pending?.due).toBeLessThanOrEqual(latest)
          else expect(applied.pending).toBeUndefined()
        }
      },
    ),
  )
})
