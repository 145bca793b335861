import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { testClock } from '@interlock/kernel/clock.fixture'
import { createGatheredRounds } from './gathered-rounds.ts'

const start = instant(Date.UTC(2026, 0, 5, 18) + 300)

test('what is asked for during one second is done once, at the next whole second', async () => {
  const clock = testClock(start)
  const done: number[] = []
  const rounds = createGatheredRounds(clock, 'rounds', async () => void done.push(clock.now()))
  rounds.request()
  rounds.request()
  await clock.advance(699)
  expect(done).toEqual([])
  await clock.advance(1)
  expect(done).toEqual([start + 700])
  await clock.advance(10_000)
  expect(done).toHaveLength(1)
  rounds.request()
  rounds.close()
  rounds.request()
  await clock.advance(10_000)
  expect(done).toHaveLength(1)
})

test('what is asked for while a round is under way has another, even where that round fails', async () => {
  const clock = testClock(start)
  const done: number[] = []
  const rounds = createGatheredRounds(clock, 'rounds', () => {
    if (done.push(clock.now()) > 1) return Promise.resolve()
    rounds.request()
    return Promise.reject(new Error('the first one breaks'))
  })
  rounds.request()
  await expect(clock.advance(700)).rejects.toThrow('the first one breaks')
  await clock.advance(10_000)
  expect(done).toEqual([start + 700, start + 1_700])
})
