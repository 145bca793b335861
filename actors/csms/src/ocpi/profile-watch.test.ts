import { instant, stationId, unobserved, type StationId } from '@interlock/kernel'
import { expect, test, vi } from 'vitest'
import { createProfileWatch, endWatch } from './profile-watch.ts'
import { sessionId, type SessionPlace } from './session-place.ts'

const station = stationId('CS-1')
const place: SessionPlace = {
  party: 'ilk',
  stationId: station,
  transactionId: 'T',
  evse: 1,
  isActive: true,
}
const profile = {
  start_date_time: '2026-01-12T20:00:00Z',
  charging_profile: { charging_rate_unit: 'W' as const },
}

/** An operator whose station charges; time passes when it is told to. */
function operator() {
  const kept = new Map<string, unknown>()
  const pushed: unknown[][] = []
  const timers: (() => void)[] = []
  const asked: number[] = []
  const desk = {
    us: { country_code: 'GB', party_id: 'CPO' },
    objects: {
      find: ({ id }: { id: string }) => Promise.resolve(kept.get(id)),
      put: ({ id, object }: { id: string; object: unknown }) =>
        Promise.resolve(void kept.set(id, object)),
      remove: ({ id }: { id: string }) => Promise.resolve(kept.delete(id)),
    },
    outbox: { pushState: (...told: unknown[]) => Promise.resolve(void pushed.push(told)) },
    context: {
      views: new Map([[station, { running: new Map([['T', {}]]) }]]),
      deps: {
        clock: {
          now: () => instant(0),
          after: (_millis: number, _label: string, due: () => void) => {
            timers.push(due)
            return { cancel: () => undefined }
          },
        },
        activity: { ...unobserved, begin: () => () => undefined },
        crypto: { sha256: () => new Uint8Array(32) },
        log: { error: () => undefined },
      },
    },
  } as unknown as Parameters<typeof createProfileWatch>[0]
  const active = (_place: SessionPlace, seconds: number) => {
    asked.push(seconds)
    return Promise.resolve({ result: 'ACCEPTED' as const, profile })
  }
  const watch = createProfileWatch(desk, active, 'watch')
  const id = sessionId(desk, station, 'T')
  return {
    watch,
    desk,
    id,
    pushed,
    asked,
    timers,
    wish: (result: 'ACCEPTED' | 'REJECTED', during: () => void = () => undefined) =>
      watch.wish(place, () => Promise.resolve(during()).then(() => ({ result }))),
    /** The limits change, and the time to settle passes; whatever follows is done then. */
    async change(of: StationId = station) {
      watch.changed(of)
      for (const due of timers.splice(0)) due()
      await new Promise(setImmediate)
    },
  }
}

test('a provider that has set limits is told what is active when others change it', async () => {
  const at = operator()
  await at.wish('ACCEPTED')
  await at.change()
  await vi.waitFor(() => expect(at.pushed).toEqual([['ilk', 'chargingprofiles', at.id, profile]]))
  expect(at.asked).toEqual([1_800])
})

test('nobody else is told: none who never set any or was refused, and none of its own wish', async () => {
  const at = operator()
  await at.change()
  await at.wish('REJECTED')
  await at.change()
  await at.wish('ACCEPTED', () => at.watch.changed(station))
  expect([at.timers, at.asked, at.pushed]).toEqual([[], [], []])
})

test('changes that come together are told as one, and none of a session that is over', async () => {
  const at = operator()
  await at.wish('ACCEPTED')
  for (let change = 0; change < 3; change += 1) at.watch.changed(station)
  expect(at.timers).toHaveLength(1)
  at.timers.length = 0
  await endWatch(at.desk, at.id)
  await at.watch.close()
  await at.change()
  expect(at.pushed).toEqual([])
})
