import { Fault, inSeconds, instant } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { memoryJournal } from '@interlock/topics/topics.fixture'
import { expect, test } from 'vitest'
import { createCharging, type ChargingOptions } from './charging.ts'
import { newCharger } from './core/charger.ts'
import { arrive } from './hardware/vehicle.ts'
import { createKeeper } from './keeper.ts'

/** A Monday in January, 23:00: outside the peak hours of the written fallback. */
const night = instant(Date.UTC(2026, 0, 5, 23))

test('what is due while the disk is full is done once it has room again', async () => {
  const clock = testClock(night)
  const disk = { full: false }
  const journal = memoryJournal()
  const append = (entry: unknown): void => {
    if (disk.full) throw new Fault('DiskFull', 'no space left')
    journal.append(entry)
  }
  const keeper = createKeeper({ ...journal, append }, night)
  const nothing = (): void => {}
  const charging = createCharging({
    keeper,
    records: { decide: nothing },
    clock,
    entropy: { below: () => 300 },
    evse: 1,
    ratings: { ratingWatts: 7_400, fuseWatts: 9_200, siteWatts: 14_000 },
    delaySecondsMax: 600,
    online: () => false,
    rules: () => ({ startPoints: [], stopPoints: [], significancePercent: 0 }),
    plan: () => [],
    measure: () => ({ change: () => ({}) }),
    valuesOf: () => [],
    onQueued: nothing,
    onReturn: nothing,
  } as unknown as ChargingOptions)
  const vehicle = arrive({ energyWattHours: 20_000, vehicleWattsMax: 7_000 }, night)
  const authorisation = { state: 'allowed', by: 'owner' } as const
  charging.update({ charger: { ...newCharger(night), vehicle, authorisation } })
  const power = (): number => keeper.memory.charger.meter.powerWatts
  disk.full = true
  for (const wait of [inSeconds(300), inSeconds(10)])
    await expect(clock.advance(wait)).rejects.toMatchObject({ code: 'DiskFull' })
  expect(power()).toBe(0)
  disk.full = false
  await clock.advance(inSeconds(10))
  expect(power()).toBe(7_000)
  charging.close()
  expect(clock.armed('charging')).toBe(false)
})
