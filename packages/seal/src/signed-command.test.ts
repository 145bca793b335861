import { limits, type FlattenedJws } from '@interlock/contract'
import { fromBase64Url, fromUtf8, instant, toBase64Url, utf8 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countersign } from './countersignature.ts'
import { signFlattened } from './jws.ts'
import { at, command, crypto, originator, sign, station, supervisor } from './parties.fixture.ts'
import { parseSigned } from './parse-signed.ts'
import { effectWindow, signCommand } from './sign-command.ts'

const digest = toBase64Url(crypto.sha256(utf8('arm')))
const headerOf = (text: string) =>
  JSON.parse(fromUtf8(fromBase64Url(text) ?? new Uint8Array())) as Record<string, unknown>
const whole = headerOf(sign().protected)
const withHeader = (change: object): FlattenedJws =>
  signFlattened({ ...whole, ...change }, command.payload, originator.key, crypto)
const second = (jws: FlattenedJws) =>
  countersign(
    jws,
    {
      org: supervisor.org,
      thumbprint: supervisor.thumbprint,
      reservation: 'reservation-1',
      hours: [0],
      expiresAt: at(30),
    },
    supervisor.key,
    crypto,
  )

test('the protected header is the one of the companion specification', () => {
  expect(headerOf(sign({ armDigest: digest }).protected)).toEqual({
    alg: 'ES256',
    'x5t#S256': originator.thumbprint,
    OCPPAction: 'SetChargingProfile',
    OCPPMessageTypedId: '2',
    crit: ['org', 'role', 'tgt', 'ctr', 'iat', 'exp', 'efx', 'arm'],
    org: 'A0-00-00-00-00-00-00-01',
    role: 'csms',
    tgt: '00-00-00-00-00-00-00-01/1',
    ctr: '42',
    iat: 1_800_000_000,
    exp: 1_800_000_060,
    efx: [1_800_000_000, 1_800_001_800],
    arm: digest,
  })
  expect(headerOf(sign().protected)['crit']).toEqual([
    'org',
    'role',
    'tgt',
    'ctr',
    'iat',
    'exp',
    'efx',
  ])
})

test('a signed command reads as it was said', () => {
  const jws = sign({ armDigest: digest })
  expect(parseSigned(jws, 'SetChargingProfile')).toEqual({
    ok: true,
    value: {
      action: 'SetChargingProfile',
      payload: command.payload,
      signer: originator.thumbprint,
      organisation: originator.org,
      role: 'csms',
      target: { station, evse: 1 },
      counter: 42n,
      issuedAt: at(0),
      expiresAt: at(60),
      effect: { from: at(0), until: at(1_800) },
      armDigest: digest,
      signed: utf8(`${jws.protected}.${jws.payload}`),
      signature: fromBase64Url(jws.signature),
    },
  })
  expect(parseSigned(sign())).not.toHaveProperty('value.armDigest')
  expect(parseSigned(sign())).not.toHaveProperty('value.countersignature')
})

test('the signature covers header and payload, and verifies by the key of the certificate', () => {
  const parsed = parseSigned(sign())
  if (!parsed.ok) throw new Error(parsed.reason)
  const { signed, signature } = parsed.value
  expect(crypto.verify(originator.key.publicKey, signed, signature)).toBe(true)
  expect(crypto.verify(supervisor.key.publicKey, signed, signature)).toBe(false)
})

test('a countersignature is a detached JWS over the whole of the originator’s', () => {
  const jws = sign()
  const seconded = second(jws)
  const parsed = parseSigned(seconded)
  if (!parsed.ok || parsed.value.countersignature === undefined) throw new Error('unreadable')
  const { countersignature } = parsed.value
  const [head, detached] = (seconded.header?.countersignature ?? '').split('.')
  expect(detached).toBe('')
  expect(headerOf(head ?? '')).toEqual({
    alg: 'ES256',
    'x5t#S256': supervisor.thumbprint,
    crit: ['role', 'org', 'rsv', 'hrs', 'exp'],
    role: 'supervisor',
    org: supervisor.org,
    rsv: 'reservation-1',
    hrs: [0],
    exp: 1_800_000_030,
  })
  const content = toBase64Url(utf8(`${jws.protected}.${jws.payload}.${jws.signature}`))
  expect(countersignature).toMatchObject({
    signer: supervisor.thumbprint,
    organisation: supervisor.org,
    reservation: 'reservation-1',
    hours: [0],
    expiresAt: at(30),
    signed: utf8(`${head}.${content}`),
  })
  const { signed, signature } = countersignature
  expect(crypto.verify(supervisor.key.publicKey, signed, signature)).toBe(true)
})

test('a second countersignature replaces the first', () => {
  const seconded = second(second(sign()))
  expect(Object.keys(seconded.header ?? {})).toEqual(['countersignature'])
})

test('a frequency curve is known by what its data transfer carries', () => {
  const payload = { vendorId: 'org.interlock', messageId: 'FrequencyCurve', data: {} }
  const curve = parseSigned(sign({ action: 'DataTransfer', payload }), 'DataTransfer')
  expect(curve).toMatchObject({ ok: true, value: { action: 'FrequencyCurve', payload } })
  const other = sign({ action: 'DataTransfer', payload: { ...payload, vendorId: 'x' } })
  expect(parseSigned(other)).toMatchObject({ value: { action: 'DataTransfer' } })
})

test('a signature made for another action is refused', () => {
  expect(parseSigned(sign(), 'Reset')).toEqual({
    ok: false,
    reason: 'ActionMismatch',
    detail: 'signed for SetChargingProfile',
  })
})

const mandatory = ['org', 'role', 'tgt', 'ctr', 'iat', 'exp', 'efx']
test.each(mandatory)('without %s the header lacks an extension', (name) => {
  const { [name]: _, ...rest } = whole
  const jws = signFlattened(rest, {}, originator.key, crypto)
  expect(parseSigned(jws)).toMatchObject({ reason: 'CritMissing' })
  const unmarked = mandatory.filter((each) => each !== name)
  expect(parseSigned(withHeader({ crit: unmarked }))).toMatchObject({
    reason: 'CritMissing',
    detail: `needs ${mandatory.join(' ')}`,
  })
})

test.each([
  ['an arm that is not critical', { arm: digest }],
  ['a critical arm that is absent', { crit: [...mandatory, 'arm'] }],
  ['a name twice', { crit: [...mandatory, 'org'] }],
  ['an unknown critical name', { crit: [...mandatory, 'b64'], b64: false }],
  ['an unknown name in place of another', { crit: [...mandatory.slice(1), 'b64'], b64: true }],
  ['no list', { crit: 'org' }],
])('a header with %s is refused', (_what, change) => {
  expect(parseSigned(withHeader(change))).toMatchObject({ reason: 'CritMissing' })
})

const arming = { crit: [...mandatory, 'arm'] }
test.each([
  ['alg', { alg: 'none' }],
  ['alg', { alg: 'ES384' }],
  ['x5t#S256', { 'x5t#S256': 'AAAA' }],
  ['x5t#S256', { 'x5t#S256': 1 }],
  ['OCPPAction', { OCPPAction: 'Reset-Signed' }],
  ['OCPPAction', { OCPPAction: 'A'.repeat(65) }],
  ['OCPPAction', { OCPPAction: '' }],
  ['OCPPAction', { OCPPAction: ['Reset'] }],
  ['OCPPMessageTypedId', { OCPPMessageTypedId: '3' }],
  ['OCPPMessageTypedId', { OCPPMessageTypedId: 2 }],
  ['org', { org: 'a0-00-00-00-00-00-00-01' }],
  ['org', { org: 7 }],
  ['role', { role: 'king' }],
  ['role', { role: 7 }],
  ['tgt', { tgt: station }],
  ['tgt', { tgt: `${station}/` }],
  ['tgt', { tgt: `${station}/01` }],
  ['tgt', { tgt: `${station}/1000` }],
  ['tgt', { tgt: ` ${station}/1` }],
  ['tgt', { tgt: `${station}/1 ` }],
  ['tgt', { tgt: `${'-'.repeat(23)}/1` }],
  ['tgt', { tgt: 1 }],
  ['ctr', { ctr: 42 }],
  ['ctr', { ctr: '0' }],
  ['ctr', { ctr: '042' }],
  ['ctr', { ctr: '-1' }],
  ['ctr', { ctr: '1a' }],
  ['ctr', { ctr: 'a1' }],
  ['ctr', { ctr: '18446744073709551616' }],
  ['ctr', { ctr: '100000000000000000000' }],
  ['iat', { iat: 1.5 }],
  ['iat', { iat: -1 }],
  ['iat', { iat: '1800000000' }],
  ['exp', { exp: 2 ** 40 }],
  ['exp', { exp: null }],
  ['efx', { efx: [1_800_000_000] }],
  ['efx', { efx: [1_800_000_000, 1_800_000_000.5] }],
  ['efx', { efx: [1, 2, 3] }],
  ['efx', { efx: '12' }],
  ['arm', { ...arming, arm: 'short' }],
  ['arm', { ...arming, arm: null }],
  ['jwk', { jwk: {} }],
  ['b64', { b64: false }],
])('a header whose %s is wrong cannot be read: %o', (name, change) => {
  expect(parseSigned(withHeader(change))).toEqual({
    ok: false,
    reason: 'Malformed',
    detail: `header ${name}`,
  })
})

test.each([
  ['exp', { exp: 1_800_000_000 }],
  ['efx', { efx: [1_800_000_001, 1_800_000_000] }],
])('a header whose %s runs backwards cannot be read', (name, change) => {
  expect(parseSigned(withHeader(change))).toMatchObject({
    reason: 'Malformed',
    detail: `header ${name} runs backwards`,
  })
})

test('an effect at one instant is an interval', () => {
  expect(parseSigned(withHeader({ efx: [1_800_000_000, 1_800_000_000] }))).toMatchObject({
    ok: true,
  })
})

test('the extremes of a header are read', () => {
  const highest = withHeader({ ctr: '18446744073709551615', tgt: `${station}/999`, iat: 0 })
  expect(parseSigned(highest)).toMatchObject({
    value: { counter: 2n ** 64n - 1n, target: { station, evse: 999 }, issuedAt: instant(0) },
  })
  const whole = withHeader({ tgt: `${station}/0`, OCPPAction: 'A'.repeat(64) })
  expect(parseSigned(whole)).toMatchObject({ value: { target: { evse: 0 } } })
})

const good = sign()
const big = 'A'.repeat(limits.frameBytesMax)
test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'jws'],
  ['a list', [good]],
  ['no payload', { protected: good.protected, signature: good.signature }],
  ['a payload that is no text', { ...good, payload: {} }],
  ['a stray member', { ...good, signatures: [] }],
  ['a general JWS', { payload: good.payload, signatures: [good] }],
  ['too much', { ...good, payload: big }],
  ['an unprotected header without countersignature', { ...good, header: {} }],
  ['a stray unprotected member', { ...good, header: { countersignature: 'a..b', kid: 'x' } }],
  ['an unprotected header that is no object', { ...good, header: 'x' }],
  ['a countersignature that is no text', { ...good, header: { countersignature: 1 } }],
  ['a protected header that is no base64url', { ...good, protected: `${good.protected}=` }],
  ['a signature too short', { ...good, signature: good.signature.slice(0, -2) }],
  ['a payload that is no base64url', { ...good, payload: '+/' }],
  ['a payload that is no JSON', { ...good, payload: toBase64Url(utf8('{')) }],
  [
    'a payload that is no text in UTF-8',
    { ...good, payload: toBase64Url(Uint8Array.of(0x22, 0xff, 0x22)) },
  ],
  ['a payload that says a thing twice', { ...good, payload: toBase64Url(utf8('{"a":1,"a":2}')) }],
  ['a protected header that is a list', { ...good, protected: toBase64Url(utf8('[]')) }],
  ['a protected header that is no JSON', { ...good, protected: toBase64Url(utf8('x')) }],
])('%s is no signed command', (_what, jws) => {
  expect(parseSigned(jws)).toMatchObject({ ok: false, reason: 'Malformed' })
})

test('a command as large as a frame is read, a larger one is not', () => {
  const overhead = (jws: FlattenedJws) => jws.protected.length + jws.signature.length
  const room = limits.frameBytesMax - overhead(good)
  // Four characters of base64url carry three bytes of the payload, two of which are its quotes.
  const fitting = Math.floor((room * 3) / 4) - 2
  expect(parseSigned(sign({ payload: 'x'.repeat(fitting) }))).toMatchObject({ ok: true })
  expect(parseSigned(sign({ payload: 'x'.repeat(fitting + 2) }))).toMatchObject({
    reason: 'Malformed',
    detail: 'too large',
  })
})

test.each([
  ['no flattened JWS', null],
  ['a member kid that no JWS has here', { ...good, kid: 'x' }],
  ['payload, protected and signature are texts', { ...good, payload: 1 }],
  ['the unprotected header holds a countersignature only', { ...good, header: { kid: 'x' } }],
  ['not base64url, or not an ES256 signature', { ...good, protected: '=' }],
  ['the protected header is no object', { ...good, protected: toBase64Url(utf8('[]')) }],
])('what is malformed says how: %s', (detail, jws) => {
  expect(parseSigned(jws)).toEqual({ ok: false, reason: 'Malformed', detail })
})

test('nothing rides beside a valid countersignature in the unprotected header', () => {
  const withMore = second(sign())
  expect(parseSigned(withMore)).toMatchObject({ ok: true })
  const stray = { ...withMore, header: { ...withMore.header, kid: 'x' } }
  expect(parseSigned(stray)).toMatchObject({
    reason: 'Malformed',
    detail: 'the unprotected header holds a countersignature only',
  })
})

test('custom data beside a signed command has no effect', () => {
  expect(parseSigned({ ...good, customData: { vendorId: 'x' } })).toMatchObject({ ok: true })
})

test('whatever is signed is read back: commands of every shape', () => {
  const fields = fc.record({
    payload: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
    counter: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
    evse: fc.nat(999),
    life: fc.integer({ min: 1, max: 86_400 }),
    effect: fc.integer({ min: 0, max: 1_800 }),
  })
  fc.assert(
    fc.property(fields, ({ payload, counter, evse, life, effect }) => {
      const jws = signCommand(
        {
          ...command,
          payload,
          counter,
          target: { station, evse },
          expiresAt: at(life),
          effect: { from: at(0), until: at(effect) },
        },
        originator.key,
        crypto,
      )
      expect(parseSigned(jws, 'SetChargingProfile')).toMatchObject({
        ok: true,
        value: {
          payload,
          counter,
          target: { station, evse },
          issuedAt: at(0),
          expiresAt: at(life),
          effect: { from: at(0), until: at(effect) },
        },
      })
    }),
  )
})

test('parsing answers whatever comes', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(parseSigned(value).ok).toBe(false)
    }),
  )
})

test('an effect window begins at a whole second and lasts one budget window', () => {
  expect(effectWindow(instant(1_500))).toEqual({
    from: 1_000,
    until: 1_000 + limits.budgetWindowMillis,
  })
})
