import { openJournal, silentLog, temporaryDir } from '@interlock/host'
import { instant, ok, refused, unobserved, type Instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { SignedCharge } from './half-hours-due.ts'
import { sayConsumption } from './say-consumption.ts'

const halfHour = 1_800_000
const begin = 1_000_000 * halfHour
const minutes = (count: number): Instant => instant(begin + count * 60_000)

/** One station, and time that stands until the test moves it. */
function saying(path = `${temporaryDir('interlock-consumption')}/told.journal`) {
  const world = { now: minutes(10), isThere: true, isOpen: true, charges: [] as SignedCharge[] }
  const said: [number, readonly number[]][] = []
  const consumption = sayConsumption(
    {
      stations: ['CS-1'],
      isThere: () => world.isThere,
      chargesOf: () => Promise.resolve(world.charges),
      publish(_station, { from, wattHours }) {
        if (!world.isOpen) return Promise.resolve(refused('MiddlewareAway'))
        said.push([(from - begin) / halfHour, wattHours])
        return Promise.resolve(ok(undefined))
      },
      journal: openJournal(path),
    },
    {
      clock: { now: () => world.now, after: () => ({ cancel: () => {} }) },
      activity: unobserved,
      log: silentLog,
    },
    'test',
  )
  const lookAt = async (now: Instant) => {
    world.now = now
    await consumption.look()
  }
  return { world, said, lookAt, close: () => consumption.close(), path }
}

test('each half-hour is said once after it has ended, after a restart too, and none from before the first start', async () => {
  const { said, lookAt, close, path } = saying()
  await lookAt(minutes(10))
  await lookAt(minutes(29))
  expect(said).toEqual([])
  for (const minute of [31, 36, 41]) await lookAt(minutes(minute))
  expect(said).toEqual([[0, [0]]])
  await close()
  const restarted = saying(path)
  await restarted.lookAt(minutes(45))
  await restarted.lookAt(minutes(95))
  expect(restarted.said).toEqual([[1, [0, 0]]])
  await restarted.close()
})

test('what could not be said, or of a station that is away, is said later, of a day at most', async () => {
  const { world, said, lookAt, close } = saying()
  await lookAt(minutes(10))
  world.isOpen = false
  await lookAt(minutes(31))
  Object.assign(world, { isOpen: true, isThere: false })
  await lookAt(minutes(61))
  expect(said).toEqual([])
  world.isThere = true
  await lookAt(minutes(62))
  expect(said).toEqual([[0, [0, 0]]])
  await lookAt(minutes(30 * 102 + 5))
  expect(said[1]?.[0]).toBe(54)
  expect(said[1]?.[1]).toHaveLength(48)
  await close()
})

test('while a charge is not signed on, its half-hour waits, and those before it are said', async () => {
  const { world, said, lookAt, close } = saying()
  const register = (minute: number, wattHours: number) => ({ at: minutes(minute), wattHours })
  const registers = [register(20, 0), register(30, 1_000), register(59, 4_000)]
  world.charges = [{ startedAt: minutes(20), endedAt: undefined, registers }]
  await lookAt(minutes(10))
  await lookAt(minutes(61))
  expect(said).toEqual([[0, [1_000]]])
  world.charges = [
    { startedAt: minutes(20), endedAt: undefined, registers: [...registers, register(60, 4_100)] },
  ]
  await lookAt(minutes(66))
  expect(said).toEqual([
    [0, [1_000]],
    [1, [3_100]],
  ])
  await close()
})
