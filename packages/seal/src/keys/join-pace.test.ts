import { limits } from '@interlock/contract'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { paceJoin, type JoinPace } from './join-pace.ts'

const { joinsAtOnceMax, joinAgainMillis } = limits
const start = instant(1_000_000)
const later = (millis: number) => instant(start + millis)

/** How many of `count` joins at that moment are taken, and what is left of the pace. */
function joins(count: number, now: number, from: JoinPace = {}, who = 'one') {
  let [pace, taken] = [from, 0]
  for (let each = 0; each < count; each++) {
    const next = paceJoin(pace, who, instant(now))
    if (next === undefined) continue
    pace = next
    taken++
  }
  return { pace, taken }
}

test('so many joins at once, and one more each time that has passed; each organisation for itself', () => {
  const first = joins(100, start)
  expect(first.taken).toBe(joinsAtOnceMax)
  expect(joins(9, later(joinAgainMillis - 1), first.pace).taken).toBe(0)
  expect(joins(9, later(joinAgainMillis), first.pace).taken).toBe(1)
  expect(joins(9, later(3 * joinAgainMillis), first.pace).taken).toBe(3)
  expect(joins(99, start, first.pace, 'other').taken).toBe(joinsAtOnceMax)
})

test('whoever waits for nothing is forgotten, and a clock set back makes nobody wait for longer', () => {
  const { pace } = joins(1, start)
  expect(Object.keys(joins(1, later(joinAgainMillis), pace, 'other').pace)).toEqual(['other'])
  const full = joins(99, later(100 * joinAgainMillis)).pace
  expect(joins(1, start, full).taken).toBe(0)
  const waited = joins(1, start, joins(joinsAtOnceMax, start).pace)
  expect(waited.taken).toBe(0)
})
