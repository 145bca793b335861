import { expect, test } from 'vitest'
import { inSeconds, instant, millis } from '@interlock/kernel'
import { createWorldClock } from './world-clock.ts'

const start = instant(Date.UTC(2026, 0, 12))
const wall = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

test('timers run in the order of instant, then label, whatever order they were set in', async () => {
  const world = createWorldClock(start)
  const ran: string[] = []
  const [b, a] = [world.clockFor('b'), world.clockFor('a')]
  b.after(inSeconds(5), 'x', () => void ran.push('b5'))
  a.after(inSeconds(5), 'x', () => void ran.push('a5'))
  b.after(inSeconds(1), 'x', () => void ran.push('b1'))
  await world.run(instant(start + 10_000), 'stepped')
  expect(ran).toEqual(['b1', 'a5', 'b5'])
  expect(world.now()).toBe(start + 10_000)
})

test('time stands still while a request is in flight and moves when it is answered', async () => {
  const world = createWorldClock(start)
  const clock = world.clockFor('a')
  const seen: number[] = []
  clock.after(inSeconds(1), 'ask', () => {
    const answered = world.activity.begin('request-1')
    setTimeout(() => {
      seen.push(world.now())
      answered()
    }, 30)
  })
  clock.after(inSeconds(2), 'later', () => void seen.push(world.now()))
  await world.run(instant(start + 3_000), 'stepped')
  expect(seen).toEqual([start + 1_000, start + 2_000])
})

test('what nobody answers holds time until it is dealt with where it came to, and nothing ends twice', async () => {
  const world = createWorldClock(start)
  const clock = world.clockFor('a')
  const seen: number[] = []
  clock.after(inSeconds(1), 'say', () => {
    const end = world.activity.begin('line-1')
    setTimeout(() => {
      seen.push(world.now())
      world.activity.end('line-1')
      world.activity.end('line-1')
      end()
    }, 30)
  })
  clock.after(inSeconds(2), 'later', () => void seen.push(world.now()))
  await world.run(instant(start + 3_000), 'stepped')
  expect(seen).toEqual([start + 1_000, start + 2_000])
})

test('a handler that waits for the clock does not hold it, nor does the chain that waits for it', async () => {
  const world = createWorldClock(start)
  const clock = world.clockFor('station')
  const outcome: number[] = []
  const handle = (): Promise<void> =>
    world.activity.parked(
      () => new Promise((resolve) => void clock.after(inSeconds(5), 'wait', resolve)),
    )
  clock.after(inSeconds(1), 'ask', () => {
    const outer = world.activity.begin('http')
    void world.activity.within('http', async () => {
      const inner = world.activity.begin('ocpp')
      await world.activity.within('ocpp', handle)
      inner()
      outcome.push(world.now())
      outer()
    })
  })
  await world.run(instant(start + 60_000), 'stepped')
  expect(outcome).toEqual([start + 6_000])
})

test('a cancelled timer never runs and an error in a timer ends the run', async () => {
  const world = createWorldClock(start)
  const clock = world.clockFor('a')
  clock.after(inSeconds(1), 'no', () => expect.unreachable()).cancel()
  clock.after(inSeconds(2), 'bad', () => {
    throw new Error('boom')
  })
  await expect(world.run(instant(start + 10_000), 'stepped')).rejects.toThrow('boom')
})

test('a paced world takes its wall time and lets timers from outside in', async () => {
  const world = createWorldClock(start)
  const clock = world.clockFor('a')
  const seen: number[] = []
  const began = performance.now()
  const running = world.run(instant(start + 20_000), 100)
  await wall(50)
  clock.after(millis(1_000), 'outside', () => void seen.push(world.now()))
  await running
  expect(performance.now() - began).toBeGreaterThan(190)
  expect(seen).toHaveLength(1)
})

test('at speed 1 time is real and needs nobody to be quiet', async () => {
  const world = createWorldClock(start)
  const clock = world.clockFor('a')
  world.activity.begin('never answered')
  let at = 0
  clock.after(millis(40), 'x', () => {
    at = world.now()
  })
  await world.run(instant(start + 80), 1)
  expect(at).toBeGreaterThanOrEqual(start + 40)
})
