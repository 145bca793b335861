import { keyText, meter, meterKey, tariff } from '@interlock/billing/operator.fixture'
import { nothingBilled, rateCdr } from '@interlock/billing'
import { verifyEcdsa, writeAtomic } from '@interlock/host'
import {
  actorOrigin,
  openParty,
  testCpo,
  testEmsp,
  type TestParty,
} from '@interlock/host/ocpi-party.fixture'
import { instant, ok, refused, toIso } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import {
  writeHeaders,
  type Answer,
  type AuthorizationInfo,
  type Location,
  type Session,
  type Token,
} from '@interlock/ocpi'
import { parseSigned } from '@interlock/seal'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { TestClock } from '@interlock/kernel/clock.fixture'
import { organisation } from '@interlock/host/identities.fixture'
import type { TestStation } from '../fixture/station.fixture.ts'
import { providerThatHears } from './hearing.fixture.ts'
import { signedEvent as event } from './signed-event.fixture.ts'
import { csmsWorld, type CsmsWorld } from '../fixture/world.fixture.ts'
import type { CsmsRunning } from '../start.ts'

let world: CsmsWorld
let csms: CsmsRunning
let clock: TestClock
let provider: TestParty
let station: TestStation

const heard = providerThatHears()
const { sessions, parts, cdrs, results, profilesTold, locations, tariffs, outcomes } = heard
/** What the provider says of a token; by default it knows none. */
let say: (uid: string) => Answer
const unknown = (): Answer => refused('TokenUnknown')
const waiting = { timeout: 30_000, interval: 20 }

const token = (uid: string, change: Partial<Token> = {}): Token => ({
  ...testEmsp,
  uid,
  type: 'RFID',
  contract_id: 'NL-ILK-C00000001-X',
  issuer: 'Interlock',
  valid: true,
  whitelist: 'NEVER',
  last_updated: '2026-01-01T00:00:00Z',
  ...change,
})
const allow = (uid: string, change: Partial<AuthorizationInfo> = {}): Answer =>
  ok({ data: { allowed: 'ALLOWED', token: token(uid), ...change } })

beforeAll(async () => {
  world = await csmsWorld('roaming')
  say = unknown
  const rootPem = world.identities.authorities.charging.root.certificatePem
  provider = await openParty({
    role: 'EMSP',
    own: world.identities.identity('charging', organisation('emsp', 'emsp', 0x71)),
    actor: world.csms,
    rootPem,
    handlers: {
      'tokens.list': () => ok({ data: [], total: 0 }),
      'tokens.authorize': ({ params }) => say(params['id'] ?? ''),
      ...heard.handlers,
    },
  })
  writeAtomic(`${world.dir}/ocpi-tariff.json`, JSON.stringify(tariff), 0o644)
  const { cdr_location: place } = cdrPlace
  const point = {
    standard: 'IEC_62196_T2' as const,
    format: 'CABLE' as const,
    powerType: 'AC_1_PHASE' as const,
    maxVoltage: 230,
    maxAmperage: 32,
  }
  const town = { ...place, timeZone: 'Europe/Amsterdam' }
  clock = world.clock()
  csms = await world.start(clock, {
    ocpi: {
      listen: { host: '127.0.0.1', port: 0 },
      countryCode: testCpo.country_code,
      partyId: testCpo.party_id,
      origin: actorOrigin,
      tariff: `${world.dir}/ocpi-tariff.json`,
      places: [
        {
          ...town,
          id: 'L1',
          publish: true,
          points: [{ ...point, stationId: 'CS-1', evse: 1, evseId: 'NL*CPO*E1' }],
        },
        {
          ...town,
          id: 'HOME',
          publish: false,
          points: [{ ...point, stationId: 'CS-2', evse: 1, evseId: 'NL*CPO*E2' }],
        },
      ],
      providers: [provider.row],
      timeoutSeconds: 20,
      recordDays: 731,
      admissionDays: 90,
    },
  })
  provider.port.actor = csms.ocpiPort ?? 0
  station = await world.connect(csms, 'CS-1')
})
afterAll(async () => {
  await csms.close()
  await provider.close()
  await world.close()
})

const cdrPlace = {
  cdr_location: {
    address: 'Damrak 1',
    city: 'Amsterdam',
    country: 'NLD',
    coordinates: { latitude: '52.376400', longitude: '4.898800' },
  },
}
const authorise = async (uid: string) => {
  const idToken = { idToken: uid, type: 'ISO14443' } as const
  const { idTokenInfo } = await station.endpoint.call('Authorize', { idToken })
  return idTokenInfo.status
}
const push = (change: Token, id = change.uid) =>
  provider.send('PUT', `2.2.1/receiver/tokens/NL/ILK/${id}`, change)

test('a provider registers, and reads where drivers charge and what for', async () => {
  expect(await provider.begin()).toEqual({ ok: true, value: undefined })
  const locations = await provider.send('GET', '2.2.1/sender/locations')
  const [location] = (locations.ok ? locations.value : []) as readonly Location[]
  expect(location).toMatchObject({ id: 'L1', evses: [{ evse_id: 'NL*CPO*E1' }] })
  expect(locations).toHaveProperty('headers', expect.objectContaining({ 'x-total-count': '1' }))
  // Nor is a home found by who guesses its name.
  const gone = { reason: 'Http404' }
  for (const home of ['HOME', 'HOME/NL*CPO*E2', 'HOME/NL*CPO*E2/1'])
    expect(await provider.send('GET', `2.2.1/sender/locations/${home}`)).toMatchObject(gone)
  const evse = '2.2.1/sender/locations/l1/NL*CPO*E1'
  expect(await provider.send('GET', `${evse}/1`)).toMatchObject({ value: { format: 'CABLE' } })
  expect(await provider.send('GET', `${evse}/2`)).toMatchObject(gone)
  expect(await provider.send('GET', '2.2.1/sender/tariffs')).toMatchObject({ value: [tariff] })
  const start = await provider.send('POST', '2.2.1/receiver/commands/START_SESSION', {})
  expect(start).toMatchObject({ reason: 'Status2001' })
})

test('a provider is told of places and tariff, and of each change of a status', async () => {
  const status = (connectorStatus: 'Available' | 'Occupied') =>
    station.endpoint.call('StatusNotification', {
      timestamp: '2026-01-12T20:30:00Z',
      connectorStatus,
      evseId: 1,
      connectorId: 1,
    })
  const lastTold = () => locations.at(-1)?.evses?.[0]?.status
  await status('Available')
  await vi.waitFor(() => expect([lastTold(), tariffs]).toEqual(['AVAILABLE', [tariff]]), waiting)
  await status('Occupied')
  await vi.waitFor(() => expect(lastTold()).toBe('CHARGING'), waiting)
  const count = locations.length
  await status('Occupied')
  await status('Available')
  await vi.waitFor(() => expect(lastTold()).toBe('AVAILABLE'), waiting)
  expect([locations.length, tariffs.length]).toEqual([count + 1, 1])
})

test('bad tokens, versions and pages are answered as the standard says, over the wire as well', async () => {
  const ids = { requestId: 'r', correlationId: 'c' }
  const good = writeHeaders(ids, provider.shown())
  const nobody = writeHeaders(ids, 'token-of-nobody-here')
  for (const path of ['locations', 'sessions', 'cdrs', 'tariffs']) {
    const at = `2.2.1/sender/${path}`
    expect(await provider.raw('GET', at, good)).toEqual([200, 1_000])
    expect(await provider.raw('GET', at, nobody)).toEqual([401, 2_000])
    expect(await provider.raw('GET', `${at}?offset=x`, good)).toEqual([200, 2_001])
    expect(await provider.raw('GET', at.replace('2.2.1', '2.3'), good)).toEqual([404, 2_000])
    expect(await provider.raw('DELETE', at, good)).toEqual([405, 2_000])
  }
})

test('a driver of a provider is let in by its word in time, and by nothing else', async () => {
  expect(await authorise('ROAMER')).toBe('Unknown')
  say = (uid) => allow(uid)
  expect(await authorise('ROAMER')).toBe('Accepted')
  say = (uid) => allow(uid, { allowed: 'NO_CREDIT' })
  expect(await authorise('ROAMER')).toBe('NoCredit')
  // It speaks for the token that it was asked about, and for its own.
  say = () => allow('ANOTHER')
  expect(await authorise('ROAMER')).toBe('Unknown')
  say = (uid) => allow(uid, { token: token(uid, { party_id: 'XXX' }) })
  expect(await authorise('ROAMER')).toBe('Unknown')

  expect(await push(token('OFFLINE', { whitelist: 'ALLOWED_OFFLINE' }))).toMatchObject({ ok: true })
  expect(await push(token('ALWAYS', { whitelist: 'ALWAYS' }))).toMatchObject({ ok: true })
  expect(await push(token('STRICT'))).toMatchObject({ ok: true })
  expect(await push(token('STRICT'), 'OTHER')).toMatchObject({ reason: 'Status2001' })
  const part = { valid: false, last_updated: '2026-01-02T00:00:00Z' }
  await push(token('GONE', { whitelist: 'ALWAYS' }))
  const gone = '2.2.1/receiver/tokens/NL/ILK/GONE'
  expect(await provider.send('PATCH', gone, part)).toMatchObject({ ok: true })
  expect(await provider.send('GET', gone)).toMatchObject({ value: { valid: false } })

  // It cannot say, which is as if it did not answer.
  say = () => refused('Unavailable')
  const silent = await Promise.all(['ROAMER', 'OFFLINE', 'ALWAYS', 'STRICT', 'GONE'].map(authorise))
  expect(silent).toEqual(['Unknown', 'Accepted', 'Accepted', 'Unknown', 'Invalid'])
  say = unknown
})

const profile = (id: string, change: object = {}) =>
  provider.send('PUT', `2.2.1/receiver/chargingprofiles/${id}`, {
    charging_profile: {
      charging_rate_unit: 'W',
      duration: 3_600,
      charging_profile_period: [{ start_period: 0, limit: 3_000 }],
    },
    response_url: `${provider.row.origin}/ocpi/2.2.1/sender/chargingprofiles/wish-1`,
    ...change,
  })

test("a provider's charging profile is signed, seconded and charged like any other, or goes nowhere", async () => {
  say = (uid) => allow(uid)
  const started = await station.endpoint.call('TransactionEvent', event(0, 'Started'))
  expect(started.idTokenInfo?.status).toBe('Accepted')
  await vi.waitFor(() => expect(sessions).toHaveLength(1), waiting)
  const [session] = sessions
  expect(session).toMatchObject({
    status: 'ACTIVE',
    location_id: 'L1',
    auth_method: 'AUTH_REQUEST',
  })
  const id = session?.id ?? ''

  const { asked } = world.supervisor
  expect(await profile('another')).toMatchObject({ value: { result: 'UNKNOWN_SESSION' } })
  const elsewhere = { response_url: 'https://elsewhere.test/' }
  expect(await profile(id, elsewhere)).toMatchObject({ reason: 'Status2001' })
  expect(asked).toHaveLength(0)

  // The ledger has no room: nothing reaches the station, and the provider is told.
  world.supervisor.roomWatts = 2_000
  expect(await profile(id)).toMatchObject({ value: { result: 'ACCEPTED' } })
  await vi.waitFor(() => expect(results).toEqual([{ result: 'REJECTED', id: 'wish-1' }]), waiting)
  expect([asked.length, station.commands]).toEqual([1, []])
  expect(await profile(id)).toMatchObject({ value: { result: 'TOO_OFTEN' } })

  world.supervisor.roomWatts = Infinity
  const clear = `2.2.1/receiver/chargingprofiles/${id}?response_url=${encodeURIComponent(`${provider.row.origin}/x`)}`
  expect(await provider.send('DELETE', clear)).toMatchObject({ value: { result: 'TOO_OFTEN' } })
  await clock.advance(61_000)
  expect(await profile(id)).toMatchObject({ value: { result: 'ACCEPTED' } })
  await vi.waitFor(() => expect(results).toHaveLength(2), waiting)
  expect(results[1]).toEqual({ result: 'ACCEPTED', id: 'wish-1' })
  station.endpoint.handle('GetCompositeSchedule', ({ evseId, duration }) => ({
    status: 'Accepted',
    schedule: {
      evseId,
      duration,
      scheduleStart: '2026-01-12T20:30:00Z',
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 3_000 }],
    },
  }))
  const at = `2.2.1/receiver/chargingprofiles/${id}`
  const answerAt = encodeURIComponent(`${provider.row.origin}/ocpi/2.2.1/sender/chargingprofiles/a`)
  expect(await provider.send('GET', `${at}?response_url=${answerAt}`)).toMatchObject({ ok: false })
  const active = await provider.send('GET', `${at}?duration=600&response_url=${answerAt}`)
  expect(active).toMatchObject({ value: { result: 'ACCEPTED' } })
  await vi.waitFor(() => expect(results).toHaveLength(3), waiting)
  expect(results[2]).toMatchObject({
    result: 'ACCEPTED',
    profile: {
      charging_profile: { duration: 600, charging_profile_period: [{ limit: 3_000 }] },
    },
  })
  // Somebody else limits the station: what is active is told without being asked for (§14.3.2.2).
  await station.endpoint.call('NotifyChargingLimit', {
    chargingLimit: { chargingLimitSource: 'EMS' },
  })
  await clock.advance(5_000)
  const half = [id, { charging_profile: { duration: 1_800 } }]
  await vi.waitFor(() => expect(profilesTold[0]).toMatchObject(half), waiting)
  const [command] = station.commands
  const parsed = parseSigned(command?.signed, 'SetChargingProfile')
  // What the station got is what the supervisor seconded, and carries its signature too.
  expect(parsed.ok).toBe(true)
  expect(command?.signed.header).toHaveProperty('countersignature')
  expect(asked.at(-1)?.command.signature).toBe(command?.signed.signature)
  expect(command?.payload).toMatchObject({
    chargingProfile: { transactionId: 'roaming-1', chargingProfilePurpose: 'TxProfile' },
  })
})

test('no provider is asked about a number that no token can have', async () => {
  const asked: string[] = []
  say = (uid) => {
    asked.push(uid)
    return allow(uid)
  }
  for (const number of ['RÖAMER', 'ROAMER\u0000']) expect(await authorise(number)).toBe('Unknown')
  expect(asked).toEqual([])
  say = unknown
})

test("a session's record is what its meter signed, unchanged, and the provider can bill it", async () => {
  say = unknown
  for (const seqNo of [1, 2])
    await station.endpoint.call('TransactionEvent', event(seqNo, 'Updated'))
  // Who was let in is not asked about again.
  expect(await station.endpoint.call('TransactionEvent', event(3, 'Ended'))).toBeDefined()
  await vi.waitFor(() => expect(cdrs).toHaveLength(1), waiting)
  const [cdr] = cdrs
  if (cdr === undefined) throw new Error('no record')
  const rated = rateCdr(cdr, tariff, nothingBilled, {
    meterAt: () => ({ ...meter, publicKey: keyText(meterKey) }),
    verifyEcdsa,
    authorisedAt: () => clock.now(),
    isAskedAlways: () => false,
  })
  expect(rated).toMatchObject({ ok: true, value: { session: { wattHours: 9_500 } } })
  const sessionList = await provider.send('GET', '2.2.1/sender/sessions')
  expect(sessionList).toMatchObject({ value: [{ status: 'COMPLETED', kwh: 9.5 }] })
  expect(sessions.at(-1)).toEqual(sessionList.ok && (sessionList.value as Session[])[0])
  const last_updated: unknown = expect.any(String)
  expect(parts.at(-1)).toMatchObject({ status: 'COMPLETED', last_updated })
  expect(parts.at(-1)).not.toHaveProperty('id')
  expect(await provider.send('GET', '2.2.1/sender/cdrs')).toMatchObject({ value: [{ id: cdr.id }] })
  expect(await profile(cdr.id)).toMatchObject({ value: { result: 'REJECTED' } })
})

test("a provider's command starts a charge that it is not asked about, and that it is told of as its own", async () => {
  const asked: string[] = []
  say = (uid) => {
    asked.push(uid)
    return refused('Unavailable')
  }
  const started = await provider.send('POST', '2.2.1/receiver/commands/START_SESSION', {
    response_url: `${provider.row.origin}/ocpi/2.2.1/sender/commands/START_SESSION/start-1`,
    token: token('APP-1', { type: 'APP_USER' }),
    location_id: 'L1',
    authorization_reference: 'REFERENCE-1',
  })
  expect(started).toMatchObject({ value: { result: 'ACCEPTED' } })
  await vi.waitFor(() => expect(outcomes).toEqual([{ result: 'ACCEPTED', id: 'start-1' }]), waiting)
  const command = station.commands.at(-1)
  expect(command).toMatchObject({ action: 'RequestStartTransaction' })
  expect(command?.signed.header).toHaveProperty('countersignature')
  const { idToken } = (command?.payload ?? {}) as Partial<Request<'RequestStartTransaction'>>
  const first = event(0, 'Started')
  const info = { transactionId: 'roaming-2' }
  if (idToken === undefined) throw new Error('no token')
  const told = { ...first, transactionInfo: info, idToken }
  const { idTokenInfo } = await station.endpoint.call('TransactionEvent', told)
  expect([idTokenInfo?.status, asked]).toEqual(['Accepted', []])
  await vi.waitFor(
    () =>
      expect(sessions.at(-1)).toMatchObject({
        status: 'ACTIVE',
        auth_method: 'COMMAND',
        authorization_reference: 'REFERENCE-1',
        cdr_token: { uid: 'APP-1', type: 'APP_USER' },
      }),
    waiting,
  )
})

test('a reservation is told as a session, which becomes active when its driver charges', async () => {
  station.endpoint.handle('ReserveNow', () => ({ status: 'Accepted' }))
  const reserved = await provider.send('POST', '2.2.1/receiver/commands/RESERVE_NOW', {
    response_url: `${provider.row.origin}/ocpi/2.2.1/sender/commands/RESERVE_NOW/reserve-1`,
    token: token('APP-2', { type: 'APP_USER' }),
    location_id: 'L1',
    reservation_id: 'R1',
    expiry_date: toIso(instant(clock.now() + 1_800_000)),
  })
  expect(reserved).toMatchObject({ value: { result: 'ACCEPTED' } })
  await vi.waitFor(
    () => expect(outcomes[1]).toEqual({ result: 'ACCEPTED', id: 'reserve-1' }),
    waiting,
  )
  await vi.waitFor(() => expect(sessions.at(-1)).toMatchObject({ status: 'RESERVATION' }), waiting)
  const id = sessions.at(-1)?.id
  const idToken = { idToken: 'APP-2', type: 'Central' as const }
  const begun = { ...event(0, 'Started'), transactionInfo: { transactionId: 'roaming-3' }, idToken }
  await station.endpoint.call('TransactionEvent', begun)
  await vi.waitFor(() => expect(sessions.at(-1)).toMatchObject({ status: 'ACTIVE', id }), waiting)
  const stop = await provider.send('POST', '2.2.1/receiver/commands/STOP_SESSION', {
    response_url: `${provider.row.origin}/ocpi/2.2.1/sender/commands/STOP_SESSION/stop-1`,
    session_id: id,
  })
  expect(stop).toMatchObject({ value: { result: 'ACCEPTED' } })
  await vi.waitFor(() => expect(outcomes[2]).toMatchObject({ id: 'stop-1' }), waiting)
})
