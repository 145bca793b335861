import type { HttpRequest, Reply } from '@interlock/host'
import { instant, type Instant } from '@interlock/kernel'
import { beforeEach, expect, test } from 'vitest'
import type { ContractConfig } from './config.ts'
import { remoteEndpoints, type RemoteDesk } from './remote-endpoints.ts'
import { remoteRequests } from './requests.ts'

const us = { country_code: 'NL', party_id: 'ILK' }
const cpo = { country_code: 'NL', party_id: 'CPO' }
const origin = 'https://emsp.test'
const begin = instant(Date.parse('2026-01-12T20:00:00Z'))
const contract = (uid: string, change: Partial<ContractConfig> = {}): ContractConfig => ({
  uid,
  type: 'RFID',
  contractId: `NL-ILK-${uid}`,
  whitelist: 'NEVER',
  status: 'valid',
  lastUpdated: '2026-01-01T00:00:00Z',
  ...change,
})

/** A provider's desk, of which the operator alone is not real. */
function provider() {
  let now: Instant = begin
  let drawn = 0
  let answer: object = { result: 'ACCEPTED', timeout: 30 }
  let isBarred = false
  const sent: { method: string; url: URL; body: Record<string, unknown> | undefined }[] = []
  const kept = new Map<string, unknown>()
  const requests = remoteRequests({
    us,
    origin,
    peers: {
      parties: [{ name: 'cpo', owner: cpo, origin: 'https://cpo.test', role: 'CPO', needs: [] }],
      httpOf: (name: string) =>
        name !== 'cpo'
          ? undefined
          : {
              request(method: string, url: string, body?: Record<string, unknown>) {
                sent.push({ method, url: new URL(url), body })
                const data = { data: answer, status_code: 1_000, timestamp: '2026-01-12T20:00:00Z' }
                return Promise.resolve({ status: 200, body: data })
              },
            },
    } as never,
    registration: {
      reach: (_: string, module: string) => ({
        ok: true,
        value: { url: `https://cpo.test/receiver/${module}`, token: 'a-token-of-the-operator' },
      }),
    } as never,
    objects: {
      put: ({ module, id, object }: { module: string; id: string; object: unknown }) =>
        Promise.resolve(void kept.set(`${module} ${id}`, object)),
      find: ({ module, id }: { module: string; id: string }) =>
        Promise.resolve(kept.get(`${module} ${id}`)),
      list: (module: string) => {
        const those = [...kept].filter(([name]) => name.startsWith(`${module} `))
        return Promise.resolve({ objects: those.map(([, each]) => each), total: those.length })
      },
    } as never,
    entropy: {
      bytes: (count) => new Uint8Array(count).fill((drawn += 1)),
      below: () => 0,
    },
    audit: { record: () => undefined } as never,
    now: () => now,
  })
  const desk: RemoteDesk = {
    us,
    issuer: 'Interlock',
    contracts: [
      contract('GOOD'),
      contract('LOST', { status: 'blocked' }),
      contract('HERE', { locations: ['NL*CPO*L1'] }),
    ],
    operatorOf: (name) => (name === 'cpo' ? cpo : undefined),
    registered: (_, allowed) => Promise.resolve(isBarred ? 'BLOCKED' : allowed),
    requests,
    authorisations: { issue: async () => 'REFERENCE' },
    now: () => now,
  }
  const doors = remoteEndpoints(desk)
  const knock = async (door: string, params: Record<string, string>, body?: object) => {
    const row = doors.find(({ method, url }) => `${method} ${url}` === door)
    const reply: Reply | undefined = await row?.handle({ params, body } as unknown as HttpRequest)
    return { status: reply?.status, ...(reply?.body as Record<string, unknown>) } as {
      readonly status: number
      readonly id?: string
    }
  }
  return {
    sent,
    requests,
    knock,
    command: (command: string, body: object) =>
      knock('POST /api/v1/commands/:command', { command }, { operator: 'cpo', ...body }),
    answerWith: (next: object): void => void (answer = next),
    bar: (next: boolean): void => void (isBarred = next),
    wait: (millis: number): void => void (now = instant(now + millis)),
  }
}
let desk: ReturnType<typeof provider>
beforeEach(() => void (desk = provider()))

const start = { uid: 'GOOD', location: 'L1' }
test.each<readonly [string, object, number]>([
  ['whose contract is blocked', { ...start, uid: 'LOST' }, 409],
  ['whose contract is for other places', { ...start, uid: 'HERE', location: 'L2' }, 409],
  ['of whom nothing is known', { ...start, uid: 'NOBODY' }, 404],
  ['at an operator that is unknown', { ...start, operator: 'nobody' }, 404],
  ['at no place', { uid: 'GOOD' }, 400],
])('nothing is asked for a driver %s', async (_, body, status) => {
  expect(await desk.command('START_SESSION', body)).toMatchObject({ status })
  expect(desk.sent).toEqual([])
})

test('nothing is asked for a card that the register of tokens has blocked, nor by a command that is none', async () => {
  desk.bar(true)
  expect(await desk.command('START_SESSION', start)).toMatchObject({ detail: 'BLOCKED' })
  desk.bar(false)
  expect(await desk.command('START_SESSION', start)).toMatchObject({ status: 200 })
  expect(await desk.command('EXPLODE', start)).toMatchObject({ status: 404 })
  expect(desk.sent).toHaveLength(1)
})

test('each command goes with what it needs, and with an address of its own for the outcome', async () => {
  await desk.command('RESERVE_NOW', { ...start, reservation: 'R1', until: '2026-01-12T21:00:00Z' })
  await desk.command('CANCEL_RESERVATION', { reservation: 'R1' })
  await desk.command('STOP_SESSION', { session: 'S1' })
  await desk.command('UNLOCK_CONNECTOR', { location: 'L1', evse: 'E1', connector: '1' })
  expect(desk.sent.map(({ url, body }) => [url.pathname, body])).toMatchObject([
    ['/receiver/commands/RESERVE_NOW', { reservation_id: 'R1', token: { uid: 'GOOD' } }],
    ['/receiver/commands/CANCEL_RESERVATION', { reservation_id: 'R1' }],
    ['/receiver/commands/STOP_SESSION', { session_id: 'S1' }],
    [
      '/receiver/commands/UNLOCK_CONNECTOR',
      { location_id: 'L1', evse_uid: 'E1', connector_id: '1' },
    ],
  ])
  const addresses = desk.sent.map(({ body }) => String(body?.['response_url']))
  expect(new Set(addresses).size).toBe(4)
  for (const each of addresses)
    expect(each).toMatch(/^https:\/\/emsp\.test\/ocpi\/2\.2\.1\/sender\/commands\/\w+\/\w{32}$/)
})

test('an outcome is waited for so long, and only whoever was asked tells it', async () => {
  const { id = '' } = await desk.command('STOP_SESSION', { session: 'S1' })
  const result = async () => (await desk.requests.find(id))?.result
  expect(await result()).toBe('PENDING')
  expect(await desk.requests.settle('rival', id, { result: 'ACCEPTED' })).toMatchObject({
    reason: 'ObjectUnknown',
  })
  desk.wait(30_000)
  expect(await result()).toBe('TIMEOUT')
  await desk.requests.settle('cpo', id, { result: 'FAILED' })
  await desk.requests.settle('cpo', id, { result: 'ACCEPTED' })
  expect(await result()).toBe('FAILED')

  desk.answerWith({ result: 'UNKNOWN_SESSION', timeout: 0 })
  expect(await desk.command('STOP_SESSION', { session: 'S2' })).toMatchObject({
    answer: 'UNKNOWN_SESSION',
    result: 'NONE',
  })
  desk.answerWith({ result: 'PERHAPS' })
  expect(await desk.command('STOP_SESSION', { session: 'S2' })).toMatchObject({ status: 503 })
})

test('an operator takes back a reservation that it has made, and nothing else', async () => {
  const until = '2026-01-12T21:00:00Z'
  const made = await desk.command('RESERVE_NOW', { ...start, reservation: 'R1', until })
  const refused = await desk.command('RESERVE_NOW', { ...start, reservation: 'R2', until })
  const stopped = await desk.command('STOP_SESSION', { session: 'S1' })
  const settled = async ({ id = '' }: { id?: string }, ...results: readonly string[]) => {
    for (const result of results) await desk.requests.settle('cpo', id, { result })
    return (await desk.requests.find(id))?.result
  }
  const back = 'CANCELED_RESERVATION'
  expect(await settled(made, 'ACCEPTED', back, 'ACCEPTED')).toBe(back)
  expect(await settled(refused, 'REJECTED', back)).toBe('REJECTED')
  expect(await settled(stopped, 'ACCEPTED', back)).toBe('ACCEPTED')
})

test('the limits of a session are set, taken back and read at its operator', async () => {
  const session = { operator: 'cpo', session: 'S 1' }
  const door = '/api/v1/sessions/:operator/:session'
  const profile = {
    charging_rate_unit: 'W',
    charging_profile_period: [{ start_period: 0, limit: 3_000 }],
  }
  await desk.knock(`PUT ${door}/profile`, session, { profile })
  await desk.knock(`DELETE ${door}/profile`, session)
  const { id = '' } = await desk.knock(`POST ${door}/active-profile`, session, { seconds: 600 })
  const [set, clear, read] = desk.sent
  expect(set).toMatchObject({ method: 'PUT', body: { charging_profile: profile } })
  expect(set?.url.pathname).toBe('/receiver/chargingprofiles/S%201')
  expect([clear?.method, clear?.body]).toEqual(['DELETE', undefined])
  expect(clear?.url.searchParams.get('response_url')).toContain('/sender/chargingprofiles/')
  expect(read?.method).toBe('GET')
  expect(read?.url.searchParams.get('duration')).toBe('600')
  const start_date_time = '2026-01-12T20:30:00Z'
  const charging_profile = {
    charging_rate_unit: 'W' as const,
    charging_profile_period: [{ start_period: 0, limit: 3_000 }],
  }
  const told = { start_date_time, charging_profile }
  await desk.requests.settle('cpo', id, { result: 'ACCEPTED', profile: told })
  expect(await desk.requests.find(id)).toMatchObject({ result: 'ACCEPTED', profile: told })
  const whats = (await desk.requests.list()).map(({ what }) => what)
  expect(whats).toEqual(['ActiveProfile', 'ClearProfile', 'SetProfile'])
})

test('what is active is told of its own accord by the operator that was asked for limits, and by nobody else', async () => {
  const profile = {
    start_date_time: '2026-01-12T20:00:00Z',
    charging_profile: { charging_rate_unit: 'W' as const },
  }
  const tell = (operator: string) => desk.requests.tellActive(operator, 'S1', profile)
  expect(await tell('cpo')).toMatchObject({ reason: 'ObjectUnknown' })
  const session = { operator: 'cpo', session: 'S1' }
  const door = '/api/v1/sessions/:operator/:session'
  const limits = { profile: { charging_rate_unit: 'W' } }
  await desk.knock(`PUT ${door}/profile`, session, limits)
  expect(await desk.knock(`GET ${door}/active-profile`, session)).toMatchObject({ status: 404 })
  expect(await tell('other')).toMatchObject({ reason: 'ObjectUnknown' })
  expect(await tell('cpo')).toMatchObject({ ok: true })
  expect(await desk.knock(`GET ${door}/active-profile`, session)).toMatchObject(profile)
})
