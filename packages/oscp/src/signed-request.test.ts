import type { Instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { headerNames } from './headers.ts'
import { oscpLimits } from './limits.ts'
import { at, bodies, crypto, csms, dso, httpOf } from './peers.fixture.ts'
import type { HttpMessage } from './read-request.ts'
import { createRequestMemory, signRequest, verifyRequest } from './signed-request.ts'

const plain = httpOf('update_group_capacity_forecast')
const signed = (
  http: HttpMessage = plain,
  { signer = dso, to = csms.org, now = at(0) }: Partial<Signing> = {},
): HttpMessage => ({
  ...http,
  headers: { ...http.headers, [headerNames.signature]: signRequest(http, to, signer, now, crypto) },
})
type Signing = { signer: typeof dso; to: typeof csms.org; now: Instant }
const heard = (http: HttpMessage, now = at(1), memory = createRequestMemory(at(-100))) => {
  const outcome = verifyRequest(http, { peer: dso, us: csms.org, memory }, now, crypto)
  return outcome.ok ? 'heard' : outcome.reason
}

test('a request that the pinned peer signed just now is heard', () => {
  expect(heard(signed())).toBe('heard')
})

const good = signed()
const with_ = (headers: Record<string, string | undefined>): HttpMessage => ({
  ...good,
  headers: { ...good.headers, ...headers },
})
const raised = httpOf('update_group_capacity_forecast', {
  ...bodies.update_group_capacity_forecast,
  blocks: bodies.update_group_capacity_forecast.blocks.map((block) => ({
    ...block,
    capacity: 400,
  })),
})
const [head = '', , value = ''] = (good.headers[headerNames.signature] ?? '').split('.')

test.each<[string, HttpMessage, string]>([
  ['a request without a signature', plain, 'SignatureMissing'],
  ['a capacity raised on the way', { ...good, body: raised.body }, 'SignatureInvalid'],
  ['what another party signed', signed(plain, { signer: csms }), 'SignerWrong'],
  ['what was signed for another operator', signed(plain, { to: dso.org }), 'SignedForAnother'],
  ['a body under another path', { ...good, path: '/oscp/fp/2.0/x' }, 'SignedForAnother'],
  ['a body by another method', { ...good, method: 'PUT' }, 'SignedForAnother'],
  ['another request id', with_({ [headerNames.requestId]: 'request-2' }), 'SignedForAnother'],
  ['a correlation added', with_({ [headerNames.correlationId]: 'x' }), 'SignedForAnother'],
  ['a segment added', with_({ [headerNames.segmentCount]: '2' }), 'SignedForAnother'],
  [
    'a signature in two parts',
    with_({ [headerNames.signature]: `${head}.${value}` }),
    'SignatureMalformed',
  ],
  [
    'an attached payload',
    with_({ [headerNames.signature]: `${head}.e30.${value}` }),
    'SignatureMalformed',
  ],
  [
    'half a signature',
    with_({ [headerNames.signature]: `${head}..${value.slice(1)}` }),
    'SignatureMalformed',
  ],
  [
    'a header of our own',
    with_({ [headerNames.signature]: `e30..${value}` }),
    'SignatureMalformed',
  ],
])('%s is refused', (_what, http, reason) => {
  expect(heard(http)).toBe(reason)
})

test('the same request is heard once, and never again', () => {
  const memory = createRequestMemory(at(-100))
  expect(heard(good, at(1), memory)).toBe('heard')
  expect(heard(good, at(2), memory)).toBe('Replayed')
  expect(heard(good, at(60), memory)).toBe('Replayed')
  expect(heard(good, at(61), memory)).toBe('SignatureExpired')
})

test('nor after a restart that has forgotten it', () => {
  expect(heard(good, at(2), createRequestMemory(at(1)))).toBe('SignatureExpired')
})

test('a clock may be behind by as much as is agreed and no more', () => {
  expect(heard(signed(plain, { now: at(30) }), at(0))).toBe('heard')
  expect(heard(signed(plain, { now: at(31) }), at(0))).toBe('SignatureExpired')
})

test('what is remembered is bounded, and room comes with time', () => {
  const memory = createRequestMemory(at(0))
  for (let each = 0; each < oscpLimits.requestsRememberedMax; each += 1)
    expect(memory.remember(`request-${each}`, at(0), at(0)).ok).toBe(true)
  expect(memory.remember('more', at(0), at(0))).toEqual({ ok: false, reason: 'TooManyRequests' })
  expect(memory.remember('more', at(61), at(61)).ok).toBe(true)
})
