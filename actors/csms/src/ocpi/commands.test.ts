import { instant, stationId, toIso, type Instant } from '@interlock/kernel'
import type { CommandResponse, CommandResult, Token } from '@interlock/ocpi'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Command, CommandOutcome, Commands } from '../commands.ts'
import { misusedCards } from '../core/misused-cards.ts'
import { expected } from './admissions.ts'
import { commandHandlers, openCommandsMax, resultOf } from './commands.ts'
import { reservationsMax } from './reservations.ts'
import type { RoamingDesk } from './roaming.ts'
import { sessionId } from './session-place.ts'

const station = stationId('CS-1')
const begin = instant(Date.parse('2026-01-12T20:00:00Z'))
const url = 'https://ilk.test/ocpi/2.2.1/sender/commands/X/1'
const token: Token = {
  country_code: 'NL',
  party_id: 'ILK',
  uid: 'APP-1',
  type: 'APP_USER',
  contract_id: 'NL-ILK-C1',
  issuer: 'Interlock',
  valid: true,
  whitelist: 'NEVER',
  last_updated: '2026-01-01T00:00:00Z',
}
const party = (name: string, party_id: string) => ({
  name,
  owner: { country_code: 'NL', party_id },
  origin: `https://${name}.test`,
  role: 'EMSP' as const,
  needs: [],
})

/** An operator with a public and a private place, of which the stations alone are not real. */
function operator() {
  const kept = new Map<string, { readonly object: unknown; readonly audience?: string }>()
  const nameOf = (each: { module: string; owner: string; id: string }): string =>
    `${each.module} ${each.owner} ${each.id}`.toUpperCase()
  const sent: Command[] = []
  const told: [string, string, CommandResult][] = []
  const at = { now: begin }
  const answers = { next: (): Promise<CommandOutcome> => Promise.resolve({ status: 'Accepted' }) }
  const view = {
    record: { idTokens: ['HOME'] },
    status: 'Available',
    running: new Map<string, object>(),
    lastEnded: undefined as object | undefined,
  }
  const inUse = { others: () => 0 }
  const desk = {
    us: { country_code: 'GB', party_id: 'CPO' },
    places: [
      { id: 'L1', publish: true, points: [{ stationId: station, evse: 1, evseId: 'E1' }] },
      { id: 'HOME', publish: false, points: [{ stationId: station, evse: 1, evseId: 'E1' }] },
    ],
    peers: { parties: [party('ilk', 'ILK'), party('other', 'OTH')] },
    objects: {
      find: (name: Parameters<typeof nameOf>[0]) => Promise.resolve(kept.get(nameOf(name))?.object),
      put: (each: Parameters<typeof nameOf>[0] & { object: unknown; audience?: string }) =>
        Promise.resolve(void kept.set(nameOf(each), each)),
      remove: (name: Parameters<typeof nameOf>[0]) => Promise.resolve(kept.delete(nameOf(name))),
      list: (module: string, _page: unknown, audience: string) => {
        const those = [...kept].filter(
          ([name, each]) =>
            name.startsWith(`${module.toUpperCase()} `) && each.audience === audience,
        )
        return Promise.resolve({ objects: those.map(([, { object }]) => object), total: 0 })
      },
    },
    outbox: {
      post: (...[to, where, body]: [string, string, CommandResult]) =>
        Promise.resolve(void told.push([to, where, body])),
    },
    context: {
      views: new Map([[station, view]]),
      sessions: new Map([[station, {}]]),
      tokens: { find: () => undefined },
      inUse,
      misused: misusedCards(),
      known: { find: () => Promise.resolve(undefined) },
      audit: { record: () => undefined },
      deps: {
        clock: { now: () => at.now },
        entropy: { bytes: (count: number) => new Uint8Array(count).fill(7) },
        crypto: { sha256: () => new Uint8Array(32) },
        activity: {
          begin: () => () => undefined,
          within: (_: string, work: () => unknown) => work(),
        },
        log: { error: () => undefined },
      },
    },
  } as unknown as RoamingDesk
  const commands = {
    send(command: Command) {
      sent.push(command)
      return answers.next()
    },
  } as unknown as Commands
  const handle = commandHandlers(desk, commands)['commands.post']
  const ask = async (command: string, body: object, who = 'ilk') => {
    const caller = { name: who, owner: party(who, who === 'ilk' ? 'ILK' : 'OTH').owner }
    const asked = { params: { command }, query: {}, page: { offset: 0, limit: 1 } }
    const answer = await handle({
      ...asked,
      caller: { ...caller, isRegistered: true },
      body: { response_url: url, ...body },
    })
    return answer.ok ? (answer.value.data as CommandResponse).result : answer.reason
  }
  const wait = (millis: number): void => void (at.now = instant(at.now + millis))
  return { desk, ask, sent, told, kept, view, inUse, answers, at, wait }
}
let csms: ReturnType<typeof operator>
beforeEach(() => void (csms = operator()))

const start = { token, location_id: 'l1', evse_uid: 'e1', authorization_reference: 'REF-1' }
const minute = 61_000
const settled = (count: number) =>
  vi.waitFor(() => expect(csms.told).toHaveLength(count), { timeout: 30_000, interval: 5 })

test('a start becomes a request to the station, whose answer is told, and its driver is expected there', async () => {
  expect(await csms.ask('START_SESSION', start)).toBe('ACCEPTED')
  await settled(1)
  expect(csms.sent).toMatchObject([
    {
      stationId: station,
      action: 'RequestStartTransaction',
      evse: 1,
      payload: { evseId: 1, idToken: { idToken: 'APP-1', type: 'Central' } },
    },
  ])
  expect(csms.told).toEqual([['ilk', url, { result: 'ACCEPTED' }]])
  const driver = () => expected(csms.desk, station, 'APP_USER', 'app-1')
  expect(await driver()).toMatchObject({ party: 'ilk', auth: 'COMMAND', reference: 'REF-1' })
  // Its provider is not asked about it for a quarter of an hour (§13.3.5).
  csms.wait(15 * 60_000 - 1)
  expect(await driver()).toBeDefined()
  csms.wait(1)
  expect(await driver()).toBeUndefined()
})

test('whether its token is valid is for the provider to know', async () => {
  const asked = { ...start, token: { ...token, valid: false } }
  expect(await csms.ask('START_SESSION', asked)).toBe('ACCEPTED')
})

test('what the supervisor or the station refuses is told, and nobody is expected', async () => {
  csms.answers.next = () => Promise.resolve({ status: 'Refused', reason: 'ArmRequired' })
  expect(await csms.ask('START_SESSION', start)).toBe('ACCEPTED')
  await settled(1)
  expect(csms.told[0]?.[2]).toMatchObject({
    result: 'REJECTED',
    message: [{ text: 'ArmRequired' }],
  })
  expect(await expected(csms.desk, station, 'APP_USER', 'APP-1')).toBeUndefined()
})

const nothingFor: readonly (readonly [string, string, object, string])[] = [
  ['a place that is unknown', 'START_SESSION', { ...start, location_id: 'L2' }, 'REJECTED'],
  ['a private place', 'START_SESSION', { ...start, location_id: 'HOME' }, 'REJECTED'],
  [
    'a connector that is unknown',
    'START_SESSION',
    { ...start, evse_uid: 'E1', connector_id: '2' },
    'REJECTED',
  ],
  [
    'a connector of no EVSE that is named',
    'START_SESSION',
    { token, location_id: 'L1', connector_id: '1' },
    'ObjectInvalid',
  ],
  [
    "another provider's token",
    'START_SESSION',
    { ...start, token: { ...token, party_id: 'OTH' } },
    'REJECTED',
  ],
  [
    "the home's own token",
    'START_SESSION',
    { ...start, token: { ...token, uid: 'HOME' } },
    'REJECTED',
  ],
  ['a session of nobody', 'STOP_SESSION', { session_id: 'S' }, 'UNKNOWN_SESSION'],
  ['an object that is none', 'START_SESSION', { location_id: 'L1' }, 'ObjectInvalid'],
  ['a command that is none', 'EXPLODE', start, 'ParameterInvalid'],
  [
    'an address that is not its own',
    'START_SESSION',
    { ...start, response_url: 'https://other.test/x' },
    'ParameterInvalid',
  ],
]
test.each(nothingFor)('nothing is sent for %s', async (_, command, body, result) => {
  expect(await csms.ask(command, body)).toBe(result)
  expect(csms.sent).toEqual([])
})

test('nobody starts with a number that another provider answers for, or that charges already', async () => {
  const theirs = { module: 'tokens', owner: 'NL*OTH', id: 'APP_USER:APP-1' }
  await csms.desk.objects.put({ ...theirs, lastUpdated: begin, object: token })
  expect(await csms.ask('START_SESSION', start)).toBe('REJECTED')
  await csms.desk.objects.remove(theirs)
  csms.inUse.others = () => 1
  expect(await csms.ask('START_SESSION', start)).toBe('REJECTED')
  csms.inUse.others = () => 0
  expect(await csms.ask('START_SESSION', start)).toBe('ACCEPTED')
})

const place = (change: object = {}) => ({
  module: 'session-places',
  owner: 'GB*CPO',
  id: 'S1',
  lastUpdated: begin,
  object: {
    party: 'ilk',
    stationId: station,
    transactionId: 'T1',
    evse: 1,
    isActive: true,
    ...change,
  },
})

test("a session is stopped by its driver's provider alone, and only while it runs", async () => {
  await csms.desk.objects.put(place())
  const stop = { session_id: 's1' }
  const elsewhere = { ...stop, response_url: 'https://other.test/x' }
  expect(await csms.ask('STOP_SESSION', elsewhere, 'other')).toBe('UNKNOWN_SESSION')
  expect(await csms.ask('STOP_SESSION', stop)).toBe('ACCEPTED')
  await settled(1)
  expect(csms.sent[0]).toMatchObject({
    action: 'RequestStopTransaction',
    payload: { transactionId: 'T1' },
  })
  await csms.desk.objects.put(place({ isActive: false }))
  csms.wait(minute)
  expect(await csms.ask('STOP_SESSION', stop)).toBe('REJECTED')
})

test('a stuck plug is freed for the provider of the last charge, and never while one runs', async () => {
  const unlock = { location_id: 'L1', evse_uid: 'E1', connector_id: '1' }
  expect(await csms.ask('UNLOCK_CONNECTOR', unlock)).toBe('REJECTED')
  const ended = { transactionId: 'T1', evseId: { value: 1 } }
  const id = sessionId(csms.desk, station, 'T1')
  await csms.desk.objects.put({ ...place({ isActive: false }), id })
  csms.view.lastEnded = ended
  csms.view.running.set('T2', { evseId: { value: 1 } })
  expect(await csms.ask('UNLOCK_CONNECTOR', unlock)).toBe('REJECTED')
  csms.view.running.clear()
  const elsewhere = { ...unlock, response_url: 'https://other.test/x' }
  expect(await csms.ask('UNLOCK_CONNECTOR', elsewhere, 'other')).toBe('REJECTED')
  csms.answers.next = () => Promise.resolve({ status: 'Unlocked' })
  expect(await csms.ask('UNLOCK_CONNECTOR', unlock)).toBe('ACCEPTED')
  await settled(1)
  expect(csms.told[0]?.[2]).toEqual({ result: 'ACCEPTED' })
})

const reserve = (id: string, until: number = begin + 3_600_000) => ({
  token,
  location_id: 'L1',
  reservation_id: id,
  expiry_date: toIso(until as Instant),
})

test('a reservation has a number of ours at the station, and is taken back by its own name', async () => {
  expect(await csms.ask('RESERVE_NOW', reserve('R1', begin))).toBe('REJECTED')
  expect(await csms.ask('RESERVE_NOW', reserve('R1', begin + 25 * 3_600_000))).toBe('REJECTED')
  expect(await csms.ask('RESERVE_NOW', reserve('R1'))).toBe('ACCEPTED')
  await settled(1)
  const [order] = csms.sent
  expect(order).toMatchObject({ action: 'ReserveNow', payload: { evseId: 1 } })
  const { id } = (order?.payload ?? {}) as { id?: number }
  const cancel = { reservation_id: 'r1' }
  const elsewhere = { ...cancel, response_url: 'https://other.test/x' }
  expect(await csms.ask('CANCEL_RESERVATION', elsewhere, 'other')).toBe('REJECTED')
  expect(await csms.ask('CANCEL_RESERVATION', cancel)).toBe('ACCEPTED')
  await settled(2)
  expect(csms.sent[1]?.payload).toEqual({ reservationId: id })
  csms.wait(minute)
  expect(await csms.ask('CANCEL_RESERVATION', cancel)).toBe('REJECTED')
})

test('who has reserved is expected there until the reservation ends, and no more once it is taken back', async () => {
  const driver = () => expected(csms.desk, station, 'APP_USER', 'app-1')
  const asked = { ...reserve('R1'), authorization_reference: 'REF-2' }
  expect(await csms.ask('RESERVE_NOW', asked)).toBe('ACCEPTED')
  await settled(1)
  csms.wait(3_600_000 - 1)
  expect(await driver()).toMatchObject({ party: 'ilk', auth: 'COMMAND', reference: 'REF-2' })
  csms.wait(1)
  expect(await driver()).toBeUndefined()
  const later = reserve('R2', csms.at.now + 3_600_000)
  expect(await csms.ask('RESERVE_NOW', later)).toBe('ACCEPTED')
  await settled(2)
  expect(await driver()).toBeDefined()
  expect(await csms.ask('CANCEL_RESERVATION', { reservation_id: 'R2' })).toBe('ACCEPTED')
  await settled(3)
  expect(await driver()).toBeUndefined()
  csms.wait(minute)
  csms.answers.next = () => Promise.resolve({ status: 'Occupied' })
  expect(await csms.ask('RESERVE_NOW', later)).toBe('ACCEPTED')
  await settled(4)
  expect(await driver()).toBeUndefined()
  // A card may be blocked before the reservation ends.
  csms.wait(minute)
  csms.answers.next = () => Promise.resolve({ status: 'Accepted' })
  const card = { ...later, token: { ...token, type: 'RFID', uid: '04A1B2C3' } }
  expect(await csms.ask('RESERVE_NOW', card)).toBe('ACCEPTED')
  await settled(5)
  const holder = () => expected(csms.desk, station, 'RFID', '04a1b2c3')
  csms.wait(15 * 60_000 - 1)
  expect(await holder()).toBeDefined()
  csms.wait(1)
  expect(await holder()).toBeUndefined()
})

test('what a station does not keep free is not kept here; one provider keeps so many places free', async () => {
  csms.answers.next = () => Promise.resolve({ status: 'Occupied' })
  expect(await csms.ask('RESERVE_NOW', reserve('R0'))).toBe('ACCEPTED')
  await settled(1)
  expect(csms.told[0]?.[2]).toEqual({ result: 'EVSE_OCCUPIED' })
  csms.answers.next = () => Promise.resolve({ status: 'Accepted' })
  for (let at = 1; at <= reservationsMax; at += 1) {
    csms.wait(minute)
    expect(await csms.ask('RESERVE_NOW', reserve(`R${at}`))).toBe('ACCEPTED')
    await settled(at + 1)
  }
  csms.wait(minute)
  expect(await csms.ask('RESERVE_NOW', reserve('R99'))).toBe('REJECTED')
  // Those that have ended make room.
  csms.wait(3_600_000)
  expect(await csms.ask('RESERVE_NOW', reserve('R99', csms.at.now + minute))).toBe('ACCEPTED')
})

test('a station is asked the same once a minute, and so many commands of a provider wait at a time', async () => {
  expect(await csms.ask('START_SESSION', start)).toBe('ACCEPTED')
  expect(await csms.ask('START_SESSION', start)).toBe('REJECTED')
  csms.wait(minute)
  let release = (): void => undefined
  const silent = new Promise<CommandOutcome>((resolve) => {
    release = () => resolve({ status: 'Failed', reason: 'Timeout' })
  })
  csms.answers.next = () => silent
  for (let at = 0; at < openCommandsMax; at += 1) {
    expect(await csms.ask('START_SESSION', start)).toBe('ACCEPTED')
    csms.wait(minute)
  }
  expect(await csms.ask('START_SESSION', start)).toBe('REJECTED')
  release()
  await settled(openCommandsMax + 1)
  expect(csms.told.at(-1)?.[2]).toMatchObject({ result: 'TIMEOUT' })
  expect(await csms.ask('START_SESSION', start)).toBe('ACCEPTED')
})

test('each way in which a command comes out has its name', () => {
  const of = (status: string, reason?: string) =>
    resultOf('RESERVE_NOW', { status, ...(reason === undefined ? {} : { reason }) })
  expect(of('Faulted')).toBe('EVSE_INOPERATIVE')
  expect(of('Refused', 'StationOffline')).toBe('EVSE_INOPERATIVE')
  expect(of('Failed', 'NotSupported')).toBe('NOT_SUPPORTED')
  expect(of('Failed', 'InternalError')).toBe('FAILED')
  expect(of('Refused', 'BudgetExceeded')).toBe('REJECTED')
  expect(resultOf('CANCEL_RESERVATION', { status: 'Rejected' })).toBe('UNKNOWN_RESERVATION')
  expect(resultOf('UNLOCK_CONNECTOR', { status: 'UnlockFailed' })).toBe('FAILED')
})
