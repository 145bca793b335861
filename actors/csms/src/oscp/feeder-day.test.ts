import { inHours, instant, plus, toIso, type Instant } from '@interlock/kernel'
import { edges, fallbackLevel, groupBlockMillis, levelOf, limitAt } from '@interlock/power'
import { expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { dayAheadWindows } from '../core/day-ahead.ts'
import type { StationView } from '../core/view.ts'
import { sameFrom } from '../planner/session-plan.ts'
import type { CapacityBook } from './capacity-book.ts'
import { createExpectedDay } from './expected-day.ts'
import { evening, group, many, street, vehicle } from './street.fixture.ts'

const night = { from: evening, until: plus(evening, inHours(14)) }
const departure = instant(Date.UTC(2026, 0, 6, 7, 30))
const windowMillis = 30 * 60_000

/** What the day before says of those vehicles, where the operator has forecast so much. */
function expectedOf(
  vehicles: readonly StationView[],
  at: CapacityBook['at'],
  shares: ReadonlyMap<string, number>,
) {
  const context = {
    views: new Map(
      vehicles.map((view) => [view.record.stationId, { ...view, transaction: undefined }]),
    ),
    config: {
      expectedSessions: vehicles.map(({ record }) => ({
        stationId: record.stationId,
        arrival: toIso(evening),
        departure: toIso(departure),
        energyWattHours: 9_000,
      })),
      planning: { arrivalToleranceMinutes: 60 },
    },
    deps: { clock: { now: () => evening } },
  } as unknown as Context
  return createExpectedDay({
    context,
    book: { groups: [group], of: (feeder) => (feeder === group.feeder ? group : undefined), at },
    planner: { shares: () => shares },
    tariffOf: () => ({ prices: [] }) as never,
  })
}
const always =
  (watts: number): CapacityBook['at'] =>
  () => ({ watts, source: 'forecast' })
const windowsOf = (day: ReturnType<typeof expectedOf>, marginPercent = 25) =>
  new Map(
    dayAheadWindows({
      ...night,
      stations: new Map(),
      expected: [],
      edges: day.edges(night.from, night.until),
      marginPercent,
      arrivalToleranceMinutes: 60,
    }).map(({ from, swingWatts }) => [from, swingWatts]),
  )

test('the plan of the day before covers all that a feeder’s vehicles are then sent', () => {
  const vehicles = many(3)
  const { planner, pass } = street(vehicles, { now: 8_000, fallback: 2_000 })
  const planned = windowsOf(expectedOf(vehicles, always(8_000), planner.shares(group)))
  const moved = new Map<number, number>()
  const fallback = fallbackLevel(7_000)
  let sent = 0
  for (let now: Instant = evening; now < departure; now = instant(now + groupBlockMillis)) {
    for (const { view, schedule: next } of planner.drafts(group)) {
      if (sameFrom(now, view.schedule, next)) continue
      const previous = levelOf(view.schedule, fallback)
      for (const edge of edges({ previous, next, fallback, delaySecondsMax: 600 })) {
        const window = Math.floor(edge.from / windowMillis) * windowMillis
        moved.set(window, (moved.get(window) ?? 0) + edge.swingWatts)
      }
      view.schedule = next
      sent += 1
    }
    for (const view of vehicles)
      view.meterWattHours =
        (view.meterWattHours ?? 0) + ((view.schedule && limitAt(view.schedule, now)) ?? 0) / 4
    pass(groupBlockMillis)
  }
  expect(sent).toBeGreaterThan(3)
  expect(moved.size).toBeGreaterThan(5)
  for (const [window, watts] of moved)
    expect(planned.get(window) ?? 0, toIso(instant(window))).toBeGreaterThanOrEqual(watts)
})

/** In the middle of the night, when nobody comes or leaves. */
const midnight = plus(evening, inHours(6))

test('where a feeder bears nothing that a vehicle charges at, its plan moves nothing, else as much as it bears', () => {
  const vehicles = many(2)
  const shares = new Map(vehicles.map(({ record }) => [record.stationId, 0]))
  const moved = (watts: number) =>
    windowsOf(expectedOf(vehicles, always(watts), shares), 0).get(midnight) ?? 0
  expect(moved(1_000)).toBe(0)
  expect(moved(4_000)).toBeGreaterThan(0)
})

test('what is not forecast yet is taken to be as the day before; and who takes no schedules is not planned', () => {
  const [first] = many(1)
  const standard = vehicle(2, { trust: 'standard' })
  if (first === undefined) throw new Error('one vehicle')
  const shares = new Map<string, number>([[first.record.stationId, 0]])
  // Of this night the operator has said nothing, of the night before that there was nothing to have.
  const at: CapacityBook['at'] = (_, when) =>
    when < evening ? { watts: 0, source: 'forecast' } : { watts: 9_000, source: 'contract' }
  const unforecast = windowsOf(expectedOf([first], at, shares))
  const contracted = windowsOf(
    expectedOf([first], () => ({ watts: 9_000, source: 'contract' }), shares),
  )
  expect([unforecast.get(midnight) ?? 0, contracted.has(midnight)]).toEqual([0, true])
  const day = expectedOf([standard], always(9_000), shares)
  expect([day.edges(night.from, night.until), day.isLimited('F-1'), day.isLimited('F-2')]).toEqual([
    [],
    true,
    false,
  ])
})
