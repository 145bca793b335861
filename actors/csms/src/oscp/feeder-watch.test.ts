import { silentLog } from '@interlock/host'
import { toIso, type StationId } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { testClock } from '@interlock/kernel/clock.fixture'
import type { Context } from '../context.ts'
import type { CapacityBook } from './capacity-book.ts'
import { createFallbackLimits } from './fallback-limits.ts'
import { watchFeeders } from './feeder-watch.ts'
import { reporting, toldSets } from './reports.fixture.ts'
import { evening, group, holding, street, vehicle } from './street.fixture.ts'

/** Three stations, a budget that bears one part of the fallback, and who has asked for one so far. */
function watched(isReported = false, isSummed = isReported) {
  const clock = testClock(evening)
  const vehicles = [1, 2, 3].map((number) => vehicle(number))
  const records: unknown[] = []
  if (isSummed) vehicles.push(reporting(4, 0, true))
  for (const view of vehicles) view.connected = false
  const hooks = { replan: () => {}, capacityChanged: (_groups: readonly string[]) => {} }
  const { context, planner } = street(
    vehicles,
    { now: 9_000, fallback: 9_000 },
    {
      config: { actor: 'csms' },
      deps: { clock, log: silentLog },
      hooks,
      audit: { critical: () => {}, record: (...record: unknown[]) => void records.push(record) },
      sessions: new Map(vehicles.map(({ record }) => [record.stationId, {}])),
    },
  )
  const stations = holding()
  stations.budget.left = 1
  const days: number[] = []
  const limited = { ...group, reported: isReported }
  const book = { groups: [limited], of: () => limited } as unknown as CapacityBook
  const watch = watchFeeders(context, book, {
    limits: createFallbackLimits(context, stations, planner),
    sets: { admit: () => false },
    dayAhead: async () => void days.push(clock.now()),
  })
  const boot = (number: number): void => {
    const view = vehicles[number - 1]
    if (view === undefined) throw new RangeError(`no vehicle ${number}`)
    view.connected = true
    watch.booted(`CS-${number}` as StationId)
  }
  const asked = () => stations.asked('SetVariables')
  return { clock, hooks, asked, days, boot, records, vehicles }
}

test('who of those that boot together has the last of a budget does not depend on who was faster', async () => {
  for (const order of [
    [1, 2, 3],
    [3, 2, 1],
  ]) {
    const { clock, asked, boot } = watched()
    for (const number of order) boot(number)
    await clock.advance(1_000)
    expect(asked()).toEqual(['CS-1', 'CS-2'])
  }
})

test('what an operator says during one second is one reason to plan the day and to look at limits', async () => {
  const { clock, hooks, asked, days, boot } = watched()
  boot(2)
  hooks.capacityChanged([group.group])
  hooks.capacityChanged([group.group])
  hooks.capacityChanged(['feeder-9'])
  await clock.advance(1_000)
  expect(days).toEqual([evening + 1_000])
  expect(asked()).toEqual(['CS-2'])
})

test('where a charger says that it is summed, a feeder that the config reports is not; noted once', async () => {
  const { clock, records } = watched(true)
  await clock.advance(180_000)
  const why = { group: group.group, why: 'a charger of it is summed' }
  expect(records).toEqual([['ReportWithheld', why]])
  const { clock: other, records: none } = watched()
  await other.advance(180_000)
  expect(none).toEqual([])
})

test('stations that never say whether they are summed are named after a block, once each', async () => {
  const { clock, records, vehicles } = watched(true, false)
  await clock.advance(900_000)
  expect(records).toEqual([])
  await clock.advance(1_800_000)
  const why = 'stations have not said whether they are summed'
  const stations = ['CS-1', 'CS-2', 'CS-3']
  const named = { group: group.group, why, stations, count: 3 }
  expect(records).toEqual([['ReportWithheld', named]])
  // One that has said it since, and is set up anew.
  const [first] = vehicles
  if (first === undefined) throw new RangeError('no vehicle')
  first.report = reporting(1, 0).report
  await clock.advance(60_000)
  first.report = undefined
  await clock.advance(1_800_000)
  expect(records.slice(1)).toEqual([
    ['ReportWithheld', { group: group.group, why, stations: ['CS-1'], count: 1 }],
  ])
})

test('what chargers read by the clock is told a minute after the block at most', async () => {
  const clock = testClock(evening)
  const chargers = Array.from({ length: 8 }, (_, i) => reporting(i + 1, 0))
  const hooks = { replan: () => {}, metered: (() => {}) as Context['hooks']['metered'] }
  const rest = { config: { actor: 'csms' }, deps: { clock, log: silentLog }, hooks }
  const { context } = street(chargers, { now: 1, fallback: 1 }, rest)
  const told: number[] = []
  const book = {
    groups: [{ ...group, reported: true }],
    tell: () => told.push(clock.now() - evening) > 0,
  } as unknown as CapacityBook
  const watch = watchFeeders(context, book, {
    limits: { ensure: () => Promise.resolve() },
    sets: toldSets(),
    dayAhead: () => Promise.resolve(),
  })
  const read = (value: number) => {
    const values = [{ timestamp: toIso(clock.now()), sampledValue: [{ value }] }] as const
    for (const { record } of chargers) hooks.metered(record.stationId, 1, [...values] as never)
  }
  read(0)
  await clock.advance(900_000)
  expect(told).toEqual([])
  read(250)
  await clock.advance(120_000)
  expect(told).toEqual([960_000])
  await watch.close()
})
