import { inHours, instant } from '@interlock/kernel'
import { objectsInMemory } from '@interlock/store/ocpi-objects.fixture'
import { expect, test, vi } from 'vitest'
import { batchMax, isForgotten, keepRecordRetention } from './record-retention.ts'
import type { RoamingDesk } from './roaming.ts'

const now = instant(Date.parse('2026-01-12T20:00:00Z'))
const ago = (days: number) => instant(now - inHours(24 * days))
const days = { recordDays: 731, admissionDays: 90 }
const waiting = { timeout: 30_000, interval: 5 }

function operator() {
  const objects = objectsInMemory()
  const timers: { readonly millis: number; readonly run: () => void }[] = []
  const log = { error: vi.fn() }
  const clock = {
    now: () => now,
    after(millis: number, _label: string, run: () => void) {
      timers.push({ millis, run })
      return { cancel: () => undefined }
    },
  }
  const desk = {
    objects,
    us: { country_code: 'NL', party_id: 'CPO' },
    context: { deps: { clock, log } },
  } as unknown as RoamingDesk
  const put = (module: string, id: string, age: number, object: object = {}) =>
    objects.put({ module, owner: 'NL*CPO', id, lastUpdated: ago(age), audience: 'ilk', object })
  const left = () => [...objects.rows.values()].map(({ module, id }) => `${module} ${id}`)
  /** Rounds until nothing more is over. */
  const rounds = async () => {
    const retention = keepRecordRetention(desk, days, 'retention')
    await vi.waitFor(() => expect(timers).toHaveLength(1), waiting)
    for (let at = 0; timers[at]?.millis === 60_000; at += 1) {
      timers[at]?.run()
      await vi.waitFor(() => expect(timers).toHaveLength(at + 2), waiting)
    }
    await retention.close()
  }
  return { objects, put, left, rounds, timers, log }
}

test('what is older than its time is forgotten, and nothing that is younger', async () => {
  const { put, left, rounds } = operator()
  const over = { status: 'COMPLETED', isActive: false }
  for (const module of ['sessions', 'cdrs', 'session-places', 'reserved-charges']) {
    await put(module, 'OLD', 732, over)
    await put(module, 'NEW', 730, over)
  }
  await put('admissions', 'OLD', 91)
  await put('admissions', 'NEW', 89)
  await put('expected', 'OLD', 3)
  await put('expected', 'NEW', 1)
  await put('tokens', 'OF-A-PROVIDER', 5_000)
  await rounds()
  const modules = [
    'sessions',
    'cdrs',
    'session-places',
    'reserved-charges',
    'admissions',
    'expected',
  ]
  expect(left()).toEqual(
    expect.arrayContaining([...modules.map((each) => `${each} NEW`), 'tokens OF-A-PROVIDER']),
  )
  expect(left()).toHaveLength(modules.length + 1)
})

test('what is open, or has not been told to its party, is kept however old it is', async () => {
  const { objects, put, left, rounds } = operator()
  for (const status of ['ACTIVE', 'PENDING', 'RESERVATION'])
    await put('sessions', status, 5_000, { status })
  await put('session-places', 'ACTIVE', 5_000, { isActive: true })
  for (const module of ['sessions', 'cdrs', 'session-places'])
    for (const id of ['S1', 'S10', 'S2'])
      await put(module, id, 5_000, { status: 'COMPLETED', isActive: false })
  // The record of the one and the session of the other wait for their party.
  await put('waiting', 'cdrs/s1/1768248000000-1', 5_000)
  await put('waiting', 'sessions/S2/1768248000000-2', 5_000)
  await rounds()
  expect(left().filter((each) => each.includes('S10'))).toEqual([])
  expect(left()).toHaveLength(3 + 1 + 6 + 2)
  for (const name of [...objects.rows.keys()].filter((each) => each.startsWith('waiting')))
    objects.rows.delete(name)
  await rounds()
  expect(left()).toEqual(
    ['ACTIVE', 'PENDING', 'RESERVATION']
      .map((each) => `sessions ${each}`)
      .concat('session-places ACTIVE'),
  )
})

test('so much is forgotten at once, and the rest a minute later', async () => {
  const { objects, put, left, rounds, timers } = operator()
  for (let at = 0; at <= batchMax; at += 1) await put('cdrs', `C${at}`, 800)
  const forget = vi.spyOn(objects, 'forget')
  await rounds()
  expect(left()).toEqual([])
  for (const { value } of forget.mock.settledResults) expect(value).toBeLessThanOrEqual(batchMax)
  expect(timers.map(({ millis }) => millis)).toEqual([60_000, 3_600_000])
})

test('a round that fails is followed by another', async () => {
  const { objects, rounds, timers, log } = operator()
  vi.spyOn(objects, 'forget').mockRejectedValueOnce(new Error('the database is away'))
  await rounds()
  expect(log.error).toHaveBeenCalledOnce()
  expect(timers).toHaveLength(1)
})

test('of a charge whose record may be forgotten nothing is made once more', () => {
  expect(isForgotten(ago(731), days, now)).toBe(true)
  expect(isForgotten(ago(729), days, now)).toBe(false)
})
