import { beforeEach, expect, test, vi } from 'vitest'
import type { CommandOutcome } from '../commands.ts'
import { admissionOf, expected, remember, spend } from './admissions.ts'
import { begin, operator, station, token, url } from './commanding.fixture.ts'
import { openCommandsMax, resultOf } from './commands.ts'
import { sessionId } from './session-place.ts'

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

test('what its provider said under a reference is of one charge; the next is of another, or of none', async () => {
  await csms.ask('START_SESSION', start)
  await settled(1)
  const { desk } = csms
  const known = () => admissionOf(desk, station, 'APP_USER', 'APP-1')
  const sent = await expected(desk, station, 'APP_USER', 'APP-1')
  if (sent === undefined) throw new Error('nobody is expected')
  await remember(desk, 'ilk', station, 'APP_USER', 'APP-1', {
    ...sent,
    info: { status: 'Accepted' },
  })
  // A charge that began with another word leaves this one as it is.
  await spend(desk, station, { ...sent, reference: 'REF-0' })
  expect(await known()).toMatchObject({ auth: 'COMMAND', reference: 'REF-1' })
  await spend(desk, station, sent)
  expect(await expected(desk, station, 'APP_USER', 'APP-1')).toBeUndefined()
  expect(await known()).toMatchObject({ party: 'ilk', auth: 'WHITELIST' })
  expect(await known()).not.toHaveProperty('reference')
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
