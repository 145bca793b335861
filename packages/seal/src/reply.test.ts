import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { signFlattened } from './jws.ts'
import { at, crypto, originator, sign, station, supervisor } from './parties.fixture.ts'
import { requestDigest, signReply, verifyReply } from './reply.ts'

const replier = {
  key: supervisor.key,
  signer: { thumbprint: supervisor.thumbprint, publicKey: supervisor.key.publicKey },
}
const request = sign()
const payload = { status: 'Rejected', statusInfo: { reasonCode: 'NotSeconded' } }
const reply = signReply(
  payload,
  request,
  { action: 'SetChargingProfile', org: station, thumbprint: supervisor.thumbprint, at: at(1) },
  replier.key,
  crypto,
)
const header = JSON.parse(fromUtf8(fromBase64Url(reply.protected) ?? new Uint8Array())) as Record<
  string,
  unknown
>
const verify = (of: unknown, to = request) => verifyReply(of, to, replier.signer, crypto)
const withHeader = (change: object) =>
  verify(signFlattened({ ...header, ...change }, payload, replier.key, crypto))

test('a reply names the request it answers', () => {
  expect(header).toEqual({
    alg: 'ES256',
    'x5t#S256': supervisor.thumbprint,
    OCPPAction: 'SetChargingProfile',
    OCPPMessageTypedId: '3',
    crit: ['org', 'role', 'req', 'iat'],
    org: station,
    role: 'station',
    req: requestDigest(request, crypto),
    iat: 1_800_000_001,
  })
  expect(verify(reply)).toEqual({ ok: true, value: payload })
})

test('a reply to one request is no reply to another', () => {
  expect(verify(reply, sign({ counter: 43n }))).toMatchObject({ reason: 'ReplyToAnother' })
})

test('a reply signed by someone else is refused', () => {
  const forged = signFlattened(header, payload, originator.key, crypto)
  expect(verify(forged)).toMatchObject({ reason: 'ReplySignature' })
  const other = withHeader({ 'x5t#S256': originator.thumbprint })
  expect(other).toMatchObject({ reason: 'ReplySigner' })
})

test('a changed answer is refused', () => {
  const changed = { ...reply, payload: toBase64Url(utf8('{"status":"Accepted"}')) }
  expect(verify(changed)).toMatchObject({ reason: 'ReplySignature' })
})

test.each([
  { alg: 'none' },
  { OCPPMessageTypedId: '2' },
  { role: 'csms' },
  { req: 'x' },
  { iat: -1 },
  { crit: ['org', 'role', 'req'] },
  { kid: 'x' },
  { org: undefined },
])('a reply with the header %o is not read', (change) => {
  expect(withHeader(change)).toMatchObject({ reason: 'ReplyMalformed' })
})

test.each([undefined, {}, { ...reply, protected: 'x' }, { ...reply, signature: '' }])(
  'what is no JWS is no reply: %#',
  (value) => {
    expect(verify(value)).toMatchObject({ reason: 'ReplyMalformed' })
  },
)
