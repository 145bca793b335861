import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  beginHandshake,
  beginRegistration,
  passTime,
  receive,
  unregistered,
  wakesAt,
  type Association,
  type Step,
} from './association.ts'
import { headerNames } from './headers.ts'
import type { MessageBody, MessageName } from './messages/table.ts'
import { at, bodies, httpOf, messageNames, requestOf, terms } from './peers.fixture.ts'

const correlated = (id: string) => ({ [headerNames.correlationId]: id })
/** One message of the DSO, as this side stands. */
function get<Name extends MessageName>(
  association: Association,
  name: Name,
  { now = at(0), headers = {}, method = 'POST', body = bodies[name] }: Getting<Name> = {},
) {
  const http = { ...httpOf(name, body, headers), method }
  return receive(association, requestOf(http), terms, now)
}
type Getting<Name extends MessageName> = {
  now?: ReturnType<typeof at>
  headers?: Record<string, string>
  method?: string
  body?: MessageBody<Name>
}
function after(outcome: ReturnType<typeof receive>): Step {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}

const registered = after(get(unregistered, 'register')).association
const online = after(get(registered, 'handshake')).association

test('a registration is answered by ours, to its request', () => {
  const { association, decisions } = after(get(unregistered, 'register'))
  expect(association.peer).toEqual({
    token: bodies.register.token,
    baseUrl: 'https://dso.test/oscp/cp/2.0',
  })
  expect(decisions).toEqual([
    { do: 'send', message: { name: 'register', body: terms.ours }, correlationId: 'request-1' },
  ])
})

test('where we began, the answer to our request registers the peer and is not answered again', () => {
  const begun = beginRegistration(unregistered, terms, 'ours-1').association
  const { association, decisions } = after(
    get(begun, 'register', { headers: correlated('ours-1') }),
  )
  expect([association.peer !== undefined, association.asked, decisions]).toEqual([
    true,
    undefined,
    [],
  ])
})

test('where both begin at once, each answers and both are registered', () => {
  const begun = beginRegistration(unregistered, terms, 'ours-1').association
  const crossed = after(get(begun, 'register'))
  expect(crossed.decisions).toHaveLength(1)
  const { association } = after(
    get(crossed.association, 'register', { headers: correlated('ours-1') }),
  )
  expect(association.peer).toBeDefined()
  expect(association.asked).toBeUndefined()
})

const versions = (version: string, baseUrl: string) => ({
  body: { ...bodies.register, versions: [{ version, baseUrl }] },
})
const elsewhere = versions('2.0', 'https://dso.test.evil.example/oscp/cp/2.0')

test.each([
  [
    'versions that are not spoken here',
    versions('1.0', 'https://dso.test/x'),
    'VersionUnsupported',
  ],
  ['an address that is not the peer’s', elsewhere, 'AddressForbidden'],
  ['an answer to nothing', { headers: correlated('never') }, 'CorrelationUnknown'],
  ['a change before there is anything', { method: 'PUT' }, 'NotRegistered'],
  ['an end before there is anything', { method: 'DELETE' }, 'NotRegistered'],
])('a registration is refused for %s', (_what, getting, reason) => {
  expect(get(unregistered, 'register', getting)).toMatchObject({ ok: false, reason })
})

test('a second registration is refused; a change of token and address is taken', () => {
  expect(get(online, 'register')).toMatchObject({ reason: 'AlreadyRegistered' })
  const body = {
    token: 'another-token-of-it',
    versions: [{ version: '2.0', baseUrl: 'https://dso.test/b' }],
  }
  const { association, decisions } = after(get(online, 'register', { method: 'PUT', body }))
  expect([association.peer, decisions]).toEqual([
    { token: body.token, baseUrl: 'https://dso.test/b' },
    [],
  ])
  expect(association.offlineModeAt).toBe(online.offlineModeAt)
})

test('a peer that takes its registration back is silent from then on', () => {
  const { association, decisions } = after(get(online, 'register', { method: 'DELETE' }))
  expect([association, decisions]).toEqual([unregistered, [{ do: 'applyFallback' }]])
})

test('before it has registered, nothing of a peer is heard', () => {
  for (const name of messageNames.filter((name) => name !== 'register'))
    if (name === 'handshake' || name === 'heartbeat' || name === 'update_group_capacity_forecast')
      expect(get(unregistered, name)).toMatchObject({ ok: false, reason: 'NotRegistered' })
  expect(beginHandshake(unregistered, terms, 'x')).toMatchObject({ reason: 'NotRegistered' })
})

test('before the handshake, neither forecasts nor heartbeats count', () => {
  for (const name of ['heartbeat', 'update_group_capacity_forecast'] as const)
    expect(get(registered, name)).toMatchObject({ ok: false, reason: 'NotAcknowledged' })
})

test('a handshake is acknowledged with what we ask, and heartbeats begin as often as it asked', () => {
  const { association, decisions } = after(get(registered, 'handshake'))
  expect(decisions).toEqual([
    {
      do: 'send',
      message: { name: 'handshake_acknowledge', body: terms.required },
      correlationId: 'request-1',
    },
    { do: 'applyForecast' },
  ])
  expect(association.heartbeat).toEqual({ nextAt: at(0), seconds: 60 })
  const first = passTime(association, at(0))
  expect(first.decisions).toEqual([
    { do: 'send', message: { name: 'heartbeat', body: { offlineModeAt: at(180) } } },
  ])
  expect(passTime(first.association, at(59)).decisions).toEqual([])
  expect(passTime(first.association, at(60)).decisions).toHaveLength(1)
})

test('our handshake counts when the peer acknowledges that very one', () => {
  const asked = beginHandshake(registered, terms, 'ours-2')
  if (!asked.ok) throw new Error(asked.reason)
  expect(asked.value.decisions).toHaveLength(1)
  const { association } = asked.value
  const wrong = get(association, 'handshake_acknowledge', { headers: correlated('ours-1') })
  expect(wrong).toMatchObject({ ok: false, reason: 'CorrelationUnknown' })
  const right = after(get(association, 'handshake_acknowledge', { headers: correlated('ours-2') }))
  expect([right.association.silent, right.association.asked]).toEqual([false, undefined])
})

test('a forecast of a peer that shook hands is delivered', () => {
  const { decisions } = after(get(online, 'update_group_capacity_forecast'))
  expect(decisions).toMatchObject([
    { do: 'deliver', request: { message: 'update_group_capacity_forecast' } },
  ])
})

test('past the offline time without a heartbeat the fallback applies, once', () => {
  const { association } = after(get(online, 'heartbeat', { now: at(100) }))
  expect(wakesAt({ ...association, heartbeat: undefined } as unknown as Association)).toBe(at(180))
  const before = passTime(association, at(179))
  const silence = passTime(before.association, at(180))
  const fallback = { do: 'applyFallback' }
  expect(before.decisions).not.toContainEqual(fallback)
  expect(silence.decisions).toContainEqual(fallback)
  expect(passTime(silence.association, at(181)).decisions).not.toContainEqual(fallback)
})

test('a peer that never sends a heartbeat after the handshake falls silent too', () => {
  expect(passTime(online, at(180)).decisions).toContainEqual({ do: 'applyFallback' })
})

test('a heartbeat puts the silence off, and ends it', () => {
  const body = { offlineModeAt: at(300) }
  const later = after(get(online, 'heartbeat', { now: at(170), body })).association
  expect(passTime(later, at(299)).association.silent).toBe(false)
  const silent = passTime(later, at(300)).association
  const again = get(silent, 'heartbeat', { now: at(400), body: { offlineModeAt: at(500) } })
  expect(after(again).decisions).toEqual([{ do: 'applyForecast' }])
})

test.each([
  ['past', at(100), at(100)],
  ['more than a day ahead', at(0), at(86_401)],
])('a heartbeat whose offline time is %s is refused', (_what, now, offlineModeAt) => {
  expect(get(online, 'heartbeat', { now, body: { offlineModeAt } })).toMatchObject({
    ok: false,
    reason: 'HeartbeatInvalid',
  })
})

test('whatever comes when, fallback and forecast take turns, and silence is what the clock says', () => {
  const event = fc.record({
    kind: fc.constantFrom('heartbeat', 'handshake', 'register', 'end', 'time' as const),
    wait: fc.integer({ min: 0, max: 200 }),
    reach: fc.integer({ min: -10, max: 300 }),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let association = unregistered
      let seconds = 0
      let applied = 'applyFallback'
      for (const { kind, wait, reach } of events) {
        seconds += wait
        const now = at(seconds)
        const passed = passTime(association, now)
        const body = { offlineModeAt: at(seconds + reach) }
        const outcome =
          kind === 'time'
            ? undefined
            : kind === 'heartbeat'
              ? get(passed.association, kind, { now, body })
              : kind === 'end'
                ? get(passed.association, 'register', { now, method: 'DELETE' })
                : get(passed.association, kind, { now })
        const step = outcome?.ok ? outcome.value : { ...passed, decisions: [] }
        for (const decision of [...passed.decisions, ...step.decisions]) {
          if (decision.do !== 'applyFallback' && decision.do !== 'applyForecast') continue
          expect(decision.do).not.toBe(applied)
          applied = decision.do
        }
        association = step.association
        expect(association.silent).toBe(applied === 'applyFallback')
        if (!association.silent) expect(association.offlineModeAt).toBeGreaterThan(now)
      }
    }),
    { numRuns: 200 },
  )
})
