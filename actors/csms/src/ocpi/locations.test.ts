import { instant, unobserved } from '@interlock/kernel'
import { expect, test, vi } from 'vitest'
import { locationsOf, tellPlaces } from './locations.ts'
import { createOutbox } from './outbox.ts'
import type { RoamingDesk } from './roaming.ts'

const begin = instant(Date.parse('2026-01-12T20:00:00Z'))

/** A place, or what has changed of its EVSE. */
type Heard = { readonly evses?: readonly { readonly status: string }[]; readonly status?: string }
const statusIn = ([, { evses, status }]: readonly [string, Heard]) => evses?.[0]?.status ?? status

/** An operator with a public and a private place, and two providers of which one has registered. */
function operator() {
  const kept = new Map<string, unknown>()
  const heard: [string, Heard][] = []
  const state = { answers: false, registered: ['ilk'], keeps: true }
  const view = { record: { trust: 'standard' }, status: 'Available' }
  const deps = {
    clock: { now: () => begin, after: () => ({ cancel: () => undefined }) },
    entropy: { bytes: (count: number) => new Uint8Array(count) },
    activity: { ...unobserved, begin: () => () => undefined },
    log: { warn: () => undefined, error: () => undefined },
  } as never
  const party = (name: string, party_id: string) => ({
    name,
    owner: { country_code: 'NL', party_id },
  })
  const us = { country_code: 'GB', party_id: 'CPO' }
  const answer = { data: {}, status_code: 1_000, timestamp: '2026-01-12T20:00:00Z' }
  const request = (_method: string, url: string, body: Heard) => {
    if (!state.answers) return Promise.resolve({ status: 503, body: {} })
    heard.push([new URL(url).pathname, body])
    return Promise.resolve({ status: 200, body: answer })
  }
  const shared = {
    us,
    peers: { parties: [party('ilk', 'ILK'), party('other', 'OTH')], httpOf: () => ({ request }) },
    registration: {
      reach: (name: string, module: string) =>
        state.registered.includes(name)
          ? { ok: true, value: { url: `https://${name}.test/${module}`, token: 'x'.repeat(16) } }
          : { ok: false, reason: 'NotRegistered' },
    },
    objects: {
      put: ({ id, object }: { id: string; object: unknown }) =>
        state.keeps
          ? Promise.resolve(void kept.set(id, object))
          : Promise.reject(new Error('the database is away')),
      remove: ({ id }: { id: string }) => Promise.resolve(kept.delete(id)),
      list: (_: string, { offset }: { offset: number }) =>
        Promise.resolve({ objects: [...kept.values()].slice(offset), total: kept.size }),
    },
    deps,
  } as unknown as Parameters<typeof createOutbox>[0]
  const outbox = createOutbox({ ...shared, deps, label: 'outbox' })
  const point = { stationId: 'CS-1', evse: 1, evseId: 'E1' }
  const place = (id: string, publish: boolean) => ({ id, publish, points: [point] })
  const desk = {
    ...shared,
    outbox,
    tariff: { id: 'T1', last_updated: '2026-01-01T00:00:00Z' },
    places: [place('L1', true), place('HOME', false)],
    context: { views: new Map([['CS-1', view]]), deps },
  } as unknown as RoamingDesk
  const teller = tellPlaces({ desk, locations: locationsOf(desk), label: 'places' })
  const waits = () => [...kept.values()] as { readonly module: string; readonly party: string }[]
  return { state, view, heard, waits, teller, outbox }
}

const waiting = { timeout: 30_000, interval: 5 }

test('of each place the newest state alone waits for a provider that is away, and private places are nobody’s', async () => {
  const csms = operator()
  await csms.teller.tell()
  for (const status of ['Occupied', 'Available', 'Faulted']) {
    csms.view.status = status
    await csms.teller.tell()
  }
  const modules = () => csms.waits().map(({ module, party }) => `${party} ${module}`)
  expect(modules().toSorted()).toEqual(['ilk locations', 'ilk tariffs'])
  csms.state.answers = true
  csms.view.status = 'Occupied'
  await csms.teller.tell()
  await vi.waitFor(() => expect(csms.waits()).toEqual([]), waiting)
  const [tariffs, places] = ['/tariffs/GB/CPO/T1', '/locations/GB/CPO/L1'].map((path) =>
    csms.heard.filter(([at]) => at.startsWith(path)),
  )
  expect(tariffs).toHaveLength(1)
  expect(places?.map(statusIn).at(-1)).toBe('CHARGING')
})

test('nobody is told what has not changed, and whoever registers later is told of everything', async () => {
  const csms = operator()
  csms.state.answers = true
  await csms.teller.tell()
  await vi.waitFor(() => expect(csms.waits()).toEqual([]), waiting)
  const count = csms.heard.length
  await csms.teller.tell()
  expect(csms.waits()).toEqual([])
  expect(csms.heard).toHaveLength(count)
  csms.state.registered.push('other')
  await csms.teller.tell()
  await vi.waitFor(() => expect(csms.heard).toHaveLength(count + 2), waiting)
})

test('what could not be kept is not taken for told', async () => {
  const csms = operator()
  await csms.teller.tell()
  csms.view.status = 'Occupied'
  csms.state.keeps = false
  await expect(csms.teller.tell()).rejects.toThrow('the database is away')
  csms.state.keeps = true
  csms.state.answers = true
  await csms.teller.tell()
  await vi.waitFor(() => expect(csms.heard.map(statusIn).at(-1)).toBe('CHARGING'), waiting)
})
