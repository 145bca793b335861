import { answerOcpi, writeHeaders, type CredentialsDesk } from '@interlock/ocpi'
import { instant } from '@interlock/kernel'
import { objectsInMemory } from '@interlock/store/ocpi-objects.fixture'
import { expect, test } from 'vitest'
import { ownedHandlers } from './owned.ts'

const operator = { country_code: 'NL', party_id: 'CPO' }
const last_updated = '2026-01-12T20:30:00Z'
const later = { last_updated: '2026-01-12T20:31:00Z' }
const connector = {
  id: '1',
  standard: 'IEC_62196_T2',
  format: 'SOCKET',
  power_type: 'AC_1_PHASE',
  max_voltage: 230,
  max_amperage: 32,
  last_updated,
}
const evse = { uid: 'E1', status: 'AVAILABLE', connectors: [connector], last_updated }
const place = {
  ...operator,
  id: 'L1',
  publish: true,
  address: 'Damrak 1',
  city: 'Amsterdam',
  country: 'NLD',
  coordinates: { latitude: '52.376400', longitude: '4.898800' },
  time_zone: 'Europe/Amsterdam',
  last_updated,
}

/** A provider's doors, as an operator that has registered finds them. */
function provider() {
  const door = {
    origin: 'https://emsp.test',
    us: { country_code: 'NL', party_id: 'ILK' },
    handlers: ownedHandlers(objectsInMemory()),
    credentials: {} as CredentialsDesk,
    now: () => instant(0),
  }
  const caller = { name: 'operator', owner: operator, isRegistered: true }
  const headers = writeHeaders({ requestId: 'r', correlationId: 'c' }, 'token')
  return async (method: 'GET' | 'PUT' | 'PATCH', path = '', body?: object, owner = 'CPO') => {
    const at = `2.2.1/receiver/locations/NL/${owner}/L1${path}`
    const answer = await answerOcpi(door, caller, {
      method,
      parts: at.split('/'),
      query: {},
      headers,
      body: body === undefined ? '' : JSON.stringify(body),
    })
    const { data, status_code } = answer.body as { data?: unknown; status_code: number }
    return data ?? [answer.status, status_code]
  }
}

test('a place is told as a whole, by its EVSE and by its connector, and each is read back', async () => {
  const send = provider()
  const charging = { status: 'CHARGING', ...later }
  // Whoever hears that the place is unknown tells the whole.
  expect(await send('PATCH', '', charging)).toEqual([404, 2_000])
  for (const path of ['/E1', '/E1/1']) {
    expect(await send('PATCH', path, charging)).toEqual([200, 2_003])
    expect(await send('GET', path)).toEqual([200, 2_003])
  }
  expect(await send('PUT', '', place)).toEqual([201, 1_000])
  expect(await send('PATCH', '/E1', charging)).toEqual([404, 2_000])
  expect(await send('PUT', '/E1/1', connector)).toEqual([404, 2_000])
  expect(await send('PUT', '/E1', evse)).toEqual([200, 1_000])
  const second = { ...connector, id: '2' }
  expect(await send('PUT', '/E1/2', second)).toEqual([200, 1_000])
  const first = { ...connector, max_amperage: 16, ...later }
  expect(await send('PATCH', '/e1/1', { max_amperage: 16, ...later })).toEqual([200, 1_000])
  const told = { ...evse, connectors: [first, second], ...later }
  expect(await send('GET')).toEqual({ ...place, evses: [told], ...later })
  expect(await send('GET', '/e1')).toEqual(told)
  expect(await send('GET', '/E1/1')).toEqual(first)
  for (const none of ['/E3', '/E1/3']) expect(await send('GET', none)).toEqual([404, 2_000])
  for (const bad of [{ status: 'AVAILABLE' }, { ...later, status: 'GONE' }, { last_updated }])
    expect(await send('PATCH', '/E1', bad)).toEqual([200, 2_001])
  for (const path of ['', '/E1', '/E1/1'])
    expect(await send('GET', path, undefined, 'XXX')).toEqual([404, 2_001])
})

test('of two parts of a place that come at once neither is lost', async () => {
  const send = provider()
  await send('PUT', '', { ...place, evses: [evse, { ...evse, uid: 'E2' }] })
  const charging = { status: 'CHARGING', ...later }
  await Promise.all([
    send('PATCH', '/E1', charging),
    send('PATCH', '/E2', charging),
    send('PATCH', '/E1/1', { max_amperage: 16, ...later }),
  ])
  const [one, two] = ((await send('GET')) as { evses: (typeof evse)[] }).evses
  expect([one?.status, two?.status, one?.connectors[0]?.max_amperage]).toEqual([
    'CHARGING',
    'CHARGING',
    16,
  ])
})
