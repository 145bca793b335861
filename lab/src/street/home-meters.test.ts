import { silentLog } from '@interlock/host'
import { instant, ok, refused } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { startHomeMeters, type MeteredHome } from './home-meters.ts'

const start = instant(Date.UTC(2026, 0, 12, 12))
const halfHour = 1_800_000
type Interval = Parameters<MeteredHome['meter']['consume']>[0]

/** A home whose charger draws so much in an hour, and what its meter has counted. */
function home(now: () => number, wattHoursAnHour: number) {
  const counted: Interval[] = []
  return {
    counted,
    chargerWattHours: () => ((now() - start) / 3_600_000) * wattHoursAnHour,
    meter: {
      consume(interval: Interval) {
        if (wattHoursAnHour < 0) return refused('PriceUnknown')
        counted.push(interval)
        return ok({ lines: [], periods: [], counter: 1n, until: interval.until })
      },
    },
  }
}

test('each half-hour a meter counts what its charger and its household drew, to the watt-hour', async () => {
  const clock = testClock(start)
  const homes = [home(() => clock.now(), 0), home(() => clock.now(), 7_001)]
  // Ten watts more from one quarter of an hour to the next, for both homes together.
  const restWatts = (from: number): number => 1_000 + ((from - start) / 900_000) * 10
  const meters = startHomeMeters(homes, restWatts, { clock, log: silentLog })
  await clock.advance(2 * halfHour)
  expect(homes.map(({ counted }) => counted.map(({ wattHours }) => wattHours))).toEqual([
    [251, 256],
    [3_751, 3_757],
  ])
  expect(homes[1]?.counted.map(({ from, until }) => [from, until])).toEqual([
    [start, start + halfHour],
    [start + halfHour, start + 2 * halfHour],
  ])
  await meters.close()
  await clock.advance(halfHour)
  expect(homes[0]?.counted).toHaveLength(2)
})

test('of a half-hour that began before it was switched on a meter counts nothing', async () => {
  const clock = testClock(instant(start + 60_000))
  const one = home(() => clock.now(), 1_000)
  const meters = startHomeMeters([one], () => 0, { clock, log: silentLog })
  await clock.advance(2 * halfHour)
  expect(one.counted).toMatchObject([{ from: start + halfHour, wattHours: 500 }])
  await meters.close()
})
