import { instant, stationId, unobserved, type Instant } from '@interlock/kernel'
import type { ChargingProfileResult } from '@interlock/ocpi'
import {
  compositeLevel,
  constantLevel,
  fromChargingProfile,
  groupBlockMillis,
  type ChargingProfile,
  type InstalledProfile,
} from '@interlock/power'
import { expect, test, vi } from 'vitest'
import type { Command, CommandOutcome, Commands } from '../commands.ts'
import { evening, group, many, street, worst } from '../oscp/street.fixture.ts'
import { profileHandlers } from './charging-profiles.ts'
import { restoreWishes } from './provider-wishes.ts'
import type { RoamingDesk } from './roaming.ts'

const feeder = { operators: [{ groups: [{ feeder: 'F-1' }] }] }
const origin = 'https://ilk.test'
const caller = {
  name: 'ilk',
  owner: { country_code: 'NL', party_id: 'ILK' },
  isRegistered: true,
} as const
const assumed = { expectedSessions: [], planning: { departure: '07:30', energyWattHours: 9_000 } }

/** Two vehicles on one feeder, and a provider that has the drivers of both. */
function roadWith(watts: { now: number; fallback: number }, oscp: object | undefined) {
  const vehicles = many(2)
  const at = { now: evening }
  const profiles = new Map(
    vehicles.map(({ record }) => [record.stationId, new Map<number, InstalledProfile>()]),
  )
  const kept = new Map<string, unknown>()
  const told: ChargingProfileResult[] = []
  const answer: { next: CommandOutcome } = { next: { status: 'Accepted' } }
  const replanned: string[] = []
  const road = street(vehicles, watts, {
    config: { ...assumed, ...(oscp && { oscp }) },
    deps: {
      clock: { now: () => at.now },
      activity: { ...unobserved, begin: () => () => undefined },
      log: { error: () => undefined },
    },
    audit: { critical: () => undefined, record: () => undefined },
    kept: { putSchedule: () => Promise.resolve() },
    hooks: { replan: (station: string) => void replanned.push(station) },
  })
  /** What each station holds is what came to it, whoever made it. */
  const take = (station: string, profile: ChargingProfile): void => {
    const schedule = fromChargingProfile(profile)
    if (!schedule.ok) throw new Error(schedule.reason)
    const { id, stackLevel, chargingProfilePurpose: purpose } = profile
    const held = profiles.get(stationId(station))
    held?.set(id, { purpose, stackLevel, schedule: schedule.value })
  }
  const commands = {
    send({ stationId: station, payload }: Command<'SetChargingProfile'>) {
      const { chargingProfile } = payload
      if (answer.next.status === 'Accepted') take(station, chargingProfile)
      return Promise.resolve(answer.next)
    },
  } as unknown as Commands
  const desk = {
    context: road.context,
    us: { country_code: 'GB', party_id: 'CPO' },
    peers: { parties: [{ name: 'ilk', origin }] },
    objects: {
      find: ({ module, id }: { module: string; id: string }) =>
        Promise.resolve(
          module === 'session-places'
            ? {
                party: 'ilk',
                stationId: id,
                transactionId: `T-${id.at(-1)}`,
                evse: 1,
                isActive: true,
              }
            : kept.get(id),
        ),
      put: ({ id, object }: { id: string; object: unknown }) =>
        Promise.resolve(void kept.set(id, object)),
      remove: ({ id }: { id: string }) => Promise.resolve(kept.delete(id)),
    },
    outbox: {
      post: (_party: string, _url: string, result: ChargingProfileResult) =>
        Promise.resolve(void told.push(result)),
    },
  } as unknown as RoamingDesk
  const watch = { wish: (_: unknown, work: () => Promise<unknown>) => work() } as never
  const handlers = profileHandlers(desk, commands, watch)
  const query = { response_url: `${origin}/x` }
  const asked = (id: string) => ({
    caller,
    params: { session_id: id },
    query,
    page: { offset: 0, limit: 1 },
  })
  const outcome = async (work: unknown): Promise<string> => {
    const before = told.length
    await work
    await vi.waitFor(() => expect(told).toHaveLength(before + 1), { timeout: 30_000, interval: 5 })
    return told.at(-1)?.result ?? ''
  }
  return {
    vehicles,
    watts,
    answer,
    replanned,
    desk,
    wish: (id: string, limit: number) =>
      outcome(
        handlers['chargingprofiles.put']({
          ...asked(id),
          body: {
            ...query,
            charging_profile: {
              charging_rate_unit: 'W',
              charging_profile_period: [{ start_period: 0, limit }],
            },
          },
        }),
      ),
    clear: (id: string) => outcome(handlers['chargingprofiles.delete'](asked(id) as never)),
    pass(millis: number) {
      road.pass(millis)
      at.now = instant(at.now + millis)
    },
    plan() {
      for (const { view, schedule } of road.planner.drafts(group)) {
        view.schedule = schedule
        profiles
          .get(view.record.stationId)
          ?.set(1, { purpose: 'TxProfile', stackLevel: 0, schedule })
      }
    },
    /** What a station may draw by all that it holds. */
    composite: (station: string, from: Instant) => {
      const held = [...(profiles.get(stationId(station))?.values() ?? [])]
      const share = road.planner.shares(group).get(station) ?? 0
      const level = compositeLevel(held, constantLevel(share))
      const until = instant(from + 54 * groupBlockMillis)
      const starts = [from, ...level.changes(from, until).filter((each) => each < until)]
      return {
        from,
        until,
        periods: starts.map((each) => ({ from: each, limitWatts: level.at(each) })),
      }
    },
  }
}
type Road = ReturnType<typeof roadWith>
const all = (road: Road, from: Instant) =>
  road.vehicles.map(({ record }) => road.composite(record.stationId, from))
const most = (road: Road, from: Instant): number => worst(all(road, from), from)

test("whatever a provider wishes, all that stations hold stays inside the operator's allotment, and inside a lower one", async () => {
  const road = roadWith({ now: 8_000, fallback: 2_000 }, feeder)
  road.plan()
  expect(await road.wish('CS-1', 7_000)).toBe('ACCEPTED')
  expect(await road.wish('CS-2', 7_000)).toBe('ACCEPTED')
  expect(most(road, evening)).toBeLessThanOrEqual(8_000)
  road.watts.now = 3_000
  road.pass(groupBlockMillis)
  road.plan()
  // What they already draw falls after the delay that each may have.
  expect(most(road, instant(evening + 2 * groupBlockMillis))).toBeLessThanOrEqual(3_000)
})

test('where the plan did not lower the wish, the two together would break the allotment', async () => {
  const road = roadWith({ now: 8_000, fallback: 2_000 }, undefined)
  road.plan()
  expect(await road.wish('CS-1', 7_000)).toBe('ACCEPTED')
  expect(await road.wish('CS-2', 7_000)).toBe('ACCEPTED')
  expect(most(road, evening)).toBeGreaterThan(8_000)
})

test('a wish for less holds in every plan that follows, after a restart as well, and until it is taken back', async () => {
  const road = roadWith({ now: 8_000, fallback: 2_000 }, feeder)
  road.plan()
  expect(await road.wish('CS-1', 500)).toBe('ACCEPTED')
  const [view] = road.vehicles
  const highest = (): number =>
    Math.max(...(view?.schedule?.periods ?? []).map(({ limitWatts }) => limitWatts))
  expect(worst([road.composite('CS-1', evening)])).toBe(500)
  road.pass(groupBlockMillis)
  if (view !== undefined) view.wish = undefined
  await restoreWishes(road.desk)
  road.plan()
  expect(highest()).toBe(500)
  expect(await road.clear('CS-1')).toBe('ACCEPTED')
  expect(road.replanned).toEqual(['CS-1'])
  road.plan()
  expect(highest()).toBeGreaterThan(500)
  road.pass(groupBlockMillis)
  expect(await road.clear('CS-1')).toBe('UNKNOWN')
})

test('a wish before there is a plan, or one that the ledgers refuse, changes nothing', async () => {
  const road = roadWith({ now: 8_000, fallback: 2_000 }, feeder)
  expect(await road.wish('CS-1', 500)).toBe('REJECTED')
  road.plan()
  road.answer.next = { status: 'Refused', reason: 'BudgetExceeded' }
  road.pass(61_000)
  expect(await road.wish('CS-1', 500)).toBe('REJECTED')
  expect(road.vehicles[0]?.wish).toBeUndefined()
})
