import { Fault } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createDelivery } from './delivery.ts'

const begun = '2026-01-12T20:00:00Z'
const later = '2026-01-12T20:01:00Z'
const connectors = [{ id: '1', last_updated: begun }]
const evse = (uid: string, status = 'AVAILABLE', last_updated = begun) => ({
  uid,
  status,
  connectors,
  last_updated,
})
const place = { id: 'L1', name: 'Damrak', evses: [evse('E1'), evse('E2')], last_updated: begun }
const session = { id: 'S1', kwh: 0, status: 'ACTIVE', last_updated: begun }

/** A provider that answers as `says` has it: HTTP status and status of OCPI, or not at all. */
function provider() {
  const asked: [string, string, unknown][] = []
  const says: { next: (method: string) => readonly [number, number] | undefined } = {
    next: () => [200, 1_000],
  }
  const request = (method: string, url: string, body: unknown) => {
    asked.push([method, new URL(url).pathname, body])
    const said = says.next(method)
    if (said === undefined) return Promise.reject(new Fault('PeerUnavailable', 'no answer'))
    const [status, status_code] = said
    return Promise.resolve({ status, body: { status_code, timestamp: begun } })
  }
  const open = () =>
    createDelivery({
      us: { country_code: 'NL', party_id: 'CPO' },
      peers: {
        parties: [{ name: 'ilk', owner: { country_code: 'NL', party_id: 'ILK' } }],
        httpOf: () => ({ request }),
      },
      registration: {
        reach: (_: string, module: string) => ({
          ok: true,
          value: { url: `https://ilk.test/${module}`, token: 'x'.repeat(16) },
        }),
      },
      deps: {
        entropy: { bytes: (count: number) => new Uint8Array(count) },
        log: { warn: () => undefined },
      },
    } as unknown as Parameters<typeof createDelivery>[0])
  const taken = () => asked.splice(0)
  return { says, open, taken }
}
const telling = (module: string, object: { readonly id: string } & Record<string, unknown>) => ({
  party: 'ilk',
  module,
  id: object.id,
  object,
})

test('a party is told a session as a whole once, and then what has changed of it and when', async () => {
  const { open, taken } = provider()
  const { deliver } = open()
  const at = '/sessions/NL/CPO/S1'
  await deliver(telling('sessions', session))
  expect(taken()).toEqual([['PUT', at, session]])
  const charging = { ...session, kwh: 2, last_updated: later }
  await deliver(telling('sessions', charging))
  expect(taken()).toEqual([['PATCH', at, { kwh: 2, last_updated: later }]])
  // What it holds already is not told again.
  expect(await deliver(telling('sessions', charging))).toBe('done')
  expect(taken()).toEqual([])
  // A part adds charging periods, and takes nothing away.
  const periods = { ...charging, charging_periods: [{ start_date_time: begun }] }
  await deliver(telling('sessions', periods))
  expect(taken()).toEqual([['PUT', at, periods]])
  const { status: _, ...less } = charging
  await deliver(telling('sessions', less))
  expect(taken()).toEqual([['PUT', at, less]])
})

test('of a place the EVSEs that have changed are told, each at its own address', async () => {
  const { open, taken } = provider()
  const { deliver } = open()
  await deliver(telling('locations', place))
  const at = '/locations/NL/CPO/L1'
  expect(taken()).toEqual([['PUT', at, place]])
  const evses = [evse('E1'), evse('E2', 'CHARGING', later)]
  await deliver(telling('locations', { ...place, evses, last_updated: later }))
  expect(taken()).toEqual([['PATCH', `${at}/E2`, { status: 'CHARGING', last_updated: later }]])
  for (const other of [
    { ...place, name: 'Rokin' },
    { ...place, evses: [evse('E1')] },
    { ...place, evses: [{ ...evse('E1'), connectors: [] }] },
  ]) {
    await deliver(telling('locations', other))
    expect(taken()).toEqual([['PUT', at, other]])
  }
  // Of other modules the standard has no parts.
  for (const price of [1, 2]) await deliver(telling('tariffs', { ...session, price }))
  expect(taken().map(([method]) => method)).toEqual(['PUT', 'PUT'])
})

test.each([
  [404, 2_000],
  [200, 2_003],
  [200, 2_001],
])('who answers a part with %i and %i is told the whole', async (...said) => {
  const { says, open, taken } = provider()
  const { deliver } = open()
  await deliver(telling('sessions', session))
  says.next = (method) => (method === 'PATCH' ? said : [200, 1_000])
  const changed = { ...session, kwh: 1, last_updated: later }
  expect(await deliver(telling('sessions', changed))).toBe('done')
  await deliver(telling('sessions', { ...changed, kwh: 2 }))
  const methods = taken().map(([method]) => method)
  expect(methods).toEqual(['PUT', 'PATCH', 'PUT', 'PATCH', 'PUT'])
})

test('who takes no parts is asked once; who does not answer, or cannot, is told the same part later', async () => {
  const { says, open, taken } = provider()
  const { deliver } = open()
  await deliver(telling('sessions', session))
  taken()
  const part = ['PATCH', '/sessions/NL/CPO/S1', { kwh: 1, last_updated: later }]
  const changed = telling('sessions', { ...session, kwh: 1, last_updated: later })
  says.next = () => undefined
  expect(await deliver(changed)).toBe('silent')
  for (const busy of [
    [503, 0],
    [429, 2_000],
    [200, 3_000],
  ] as const) {
    says.next = () => busy
    expect(await deliver(changed)).toBe('later')
  }
  expect(taken()).toEqual([part, part, part, part])
  says.next = (method) => (method === 'PATCH' ? [405, 2_000] : [200, 1_000])
  await deliver(changed)
  await deliver(telling('sessions', { ...session, kwh: 3 }))
  expect(taken().map(([method]) => method)).toEqual(['PATCH', 'PUT', 'PUT'])
})

test('after a restart nobody is taken to hold anything; what is refused for good waits no more', async () => {
  const { says, open, taken } = provider()
  await open().deliver(telling('sessions', session))
  await open().deliver(telling('sessions', { ...session, kwh: 1 }))
  expect(taken().map(([method]) => method)).toEqual(['PUT', 'PUT'])
  const record = telling('cdrs', { id: 'C1' })
  const outcomes = [
    [200, 2_001],
    [404, 2_004],
    [404, 2_000],
    [401, 2_000],
    [404, 0],
  ] as const
  const delivered = []
  for (const said of outcomes) {
    says.next = () => said
    delivered.push(await open().deliver(record))
  }
  expect(delivered).toEqual(['done', 'done', 'later', 'later', 'later'])
  expect(taken()[0]).toEqual(['POST', '/cdrs', { id: 'C1' }])
})
