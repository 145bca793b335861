import { inHours, instant, stationId, type Instant } from '@interlock/kernel'
import { chargingWattsMin, groupBlockMillis, limitAt, type Schedule } from '@interlock/power'
import { expect, test } from 'vitest'
import { fallbackShares } from './fallback-shares.ts'
import { evening, group, many, street, vehicle, worst } from './street.fixture.ts'

test('neighbours share what their feeder bears through the night, and all have their energy by departure', () => {
  const vehicles = many(3)
  const { plan, planner, told, pass } = street(vehicles, { now: 8_000, fallback: 2_000 })
  const departure = instant(Date.UTC(2026, 0, 6, 7, 30))
  for (let now = evening; now < departure; now = instant(now + groupBlockMillis)) {
    const schedules = plan()
    expect(worst(schedules, now)).toBeLessThanOrEqual(8_000)
    for (const view of vehicles)
      view.meterWattHours =
        (view.meterWattHours ?? 0) + ((view.schedule && limitAt(view.schedule, now)) ?? 0) / 4
    pass(groupBlockMillis)
  }
  for (const { meterWattHours } of vehicles) expect(meterWattHours).toBeGreaterThanOrEqual(8_950)
  expect(planner.shown(group)?.short).toEqual([])
  expect(told).toEqual([])
})

test('what cannot fit is said to the operator first, once, with the blocks and the reason', () => {
  const { plan, planner, told, records, watts, pass } = street(many(3), {
    now: 1_200,
    fallback: 1_200,
  })
  expect(worst(plan())).toBeLessThanOrEqual(1_200)
  const [error, wish] = told
  expect(error).toMatchObject({ name: 'group_capacity_compliance_error' })
  expect(error?.name === 'group_capacity_compliance_error' && error.body.message).toMatch(
    /^CapacityTooSmall: 3 of 3 vehicles lack \d+ Wh by departure$/,
  )
  expect(wish).toMatchObject({
    name: 'adjust_group_capacity_forecast',
    body: { type: 'CONSUMPTION' },
  })
  const { short = [], shortBlocks = [] } = planner.shown(group) ?? {}
  expect(short.map(({ reason }) => reason)).toEqual(Array(3).fill('CapacityTooSmall'))
  expect(shortBlocks[0]).toBe(evening)
  expect(records).toEqual(['CapacityShort'])
  plan()
  expect(told).toHaveLength(2)
  // More by now: nobody is short, and the next shortage is said anew.
  watts.now = 8_000
  pass(groupBlockMillis)
  plan()
  expect(planner.shown(group)?.short).toEqual([])
})

test('a schedule rests on the operator for two hours, and then on the fallback until it is renewed', () => {
  const { plan, pass, planner } = street(many(2), { now: 14_000, fallback: 1_500 })
  const share = planner.shares(group).get('CS-1') ?? 0
  expect(share).toBe(1_500)
  // Not enough for two.
  expect(planner.shares(group).get('CS-2')).toBe(0)
  const later = instant(evening + inHours(2))
  const levels = (from: Instant, until: Instant, schedules: readonly Schedule[]) =>
    schedules.flatMap((schedule) =>
      schedule.periods
        .filter((period) => period.from >= from && period.from < until)
        .map(({ limitWatts }) => limitWatts),
    )
  const first = plan()
  for (const schedule of first)
    expect(levels(evening, later, [schedule])).toContain(chargingWattsMin(1))
  const night = instant(later + inHours(24))
  expect(Math.max(0, ...levels(later, night, first))).toBeLessThanOrEqual(share)
  expect(levels(later, night, first.slice(1))).toEqual([0])
  pass(inHours(1))
  const renewed = plan()
  expect(worst(renewed)).toBeLessThanOrEqual(14_000)
})

test('past silence the whole feeder is planned inside the fallback', () => {
  const { plan, watts, pass } = street(many(4), { now: 28_000, fallback: 6_000 })
  plan()
  pass(groupBlockMillis)
  watts.now = 6_000
  const now = instant(evening + groupBlockMillis)
  // What they already draw falls after the delay that each may have.
  expect(worst(plan(), instant(now + groupBlockMillis))).toBeLessThanOrEqual(6_000)
})

test('a plan that still serves is not made anew, and one that no longer fits is', () => {
  const { plan, pass, watts } = street(many(2), { now: 9_000, fallback: 9_000 })
  const [first] = plan()
  pass(60_000)
  const [second] = plan()
  expect(second?.periods.slice(1)).toEqual(first?.periods.slice(1))
  watts.now = 5_000
  expect(worst(plan(), instant(evening + 2 * groupBlockMillis))).toBeLessThanOrEqual(5_000)
})

test('who takes no schedules of ours is left what it may draw, and the others have the rest', () => {
  const standard = vehicle(3, { trust: 'standard' })
  const { plan, planner } = street([...many(2), standard], { now: 10_000, fallback: 10_000 })
  const schedules = plan()
  expect(schedules).toHaveLength(2)
  expect(worst(schedules)).toBeLessThanOrEqual(3_000)
  expect([...planner.shares(group).values()]).toEqual([1_500, 1_500])
  expect(planner.shares(group).has(standard.record.stationId)).toBe(false)
})

test('the parts of the fallback are together never more than it, whoever keeps none', () => {
  const sharer = (number: number, ratingWatts: number, keepsLimit = true) => ({
    station: stationId(`CS-${number}`),
    ratingWatts,
    leastWatts: 1_380,
    keepsLimit,
  })
  const three = [sharer(1, 7_000), sharer(2, 11_000), sharer(3, 7_000)]
  const sum = (watts: number, some: readonly ReturnType<typeof sharer>[]) =>
    [...fallbackShares(watts, some).values()].reduce((all, each) => all + each, 0)
  for (const watts of [0, 1, 9_999, 10_000]) expect(sum(watts, three)).toBeLessThanOrEqual(watts)
  expect(sum(1e6, three)).toBe(25_000)
  expect(sum(10_000, [...three, sharer(4, 7_000, false)])).toBeLessThanOrEqual(3_000)
  expect(sum(5_000, [...three, sharer(4, 7_000, false)])).toBe(0)
})

test('a part of the fallback at which no vehicle charges is left to the others', () => {
  const sharers = [1, 2, 3].map((number) => ({
    station: stationId(`CS-${number}`),
    ratingWatts: 7_000,
    leastWatts: 1_380,
    keepsLimit: true,
  }))
  const partsOf = (watts: number) => [...fallbackShares(watts, sharers).values()]
  expect(partsOf(4_200)).toEqual([1_400, 1_400, 1_400])
  expect(partsOf(3_000)).toEqual([1_500, 1_500, 0])
  expect(partsOf(2_000)).toEqual([2_000, 0, 0])
  expect(partsOf(1_000)).toEqual([0, 0, 0])
})
