import { instant, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { attemptLimits, createAttempts } from './attempts.ts'

const now = instant(1_767_636_000_000)
const home = '192.0.2.1'
const { perIdentityMax, toldPerAddressMax, spanMillis } = attemptLimits
const times = (count: number) => Array.from({ length: count }, (_, at) => at)

test('of a hundred attempts at once ten are looked at, before any has failed', () => {
  const attempts = createAttempts()
  const begun = times(100).map(() => attempts.begin('CS-1', home, now))
  expect(begun.filter((each) => each !== undefined)).toHaveLength(perIdentityMax)
  expect(attempts.begin('CS-1', home, plus(now, spanMillis))).toBeDefined()
})

test('what was good does not count, however often it comes', () => {
  const attempts = createAttempts()
  for (const _ of times(100)) {
    const attempt = attempts.begin('CS-1', home, now)
    expect(attempt).toBeDefined()
    attempt?.uncount()
  }
})

test('whoever guesses locks out neither its neighbours nor the station, which comes from elsewhere', () => {
  const attempts = createAttempts()
  for (const at of times(1_000)) attempts.begin(`guess-${at}`, home, now)?.refused()
  for (const _ of times(perIdentityMax)) attempts.begin('CS-1', home, now)?.refused()
  expect(attempts.begin('CS-1', home, now)).toBeUndefined()
  expect(attempts.begin('CS-2', home, now)).toBeDefined()
  expect(attempts.begin('CS-1', '192.0.2.2', now)).toBeDefined()
})

test('of an address that goes on and on nobody is told any more, until the span is over', () => {
  const attempts = createAttempts()
  const told = (at: number, when = now) => attempts.begin(`guess-${at}`, home, when)?.refused()
  const all = times(1_000).map((at) => told(at))
  expect(all.filter(Boolean)).toHaveLength(toldPerAddressMax)
  expect(told(1_000, plus(now, spanMillis))).toBe(true)
})

test('no more are remembered than there is room for', () => {
  const attempts = createAttempts({ ...attemptLimits, perIdentityMax: 1, remembersMax: 2 } as never)
  for (const id of ['a', 'b', 'c']) attempts.begin(id, home, now)
  expect(attempts.begin('c', home, now)).toBeUndefined()
  expect(attempts.begin('a', home, now)).toBeDefined()
})
