import { toBase64Url, utf8 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { parseActionName, readSigned, signedName } from './signed.ts'

const jws = {
  payload: toBase64Url(utf8('{"type":"Immediate"}')),
  protected: 'eyJhbGciOiJFUzI1NiJ9',
  signature: 'c2lnbmF0dXJl',
}

test('a signed name stands for its action, and only for one that exists', () => {
  expect(parseActionName('Reset')).toEqual({ action: 'Reset', signed: false })
  expect(parseActionName(signedName('Reset'))).toEqual({ action: 'Reset', signed: true })
  for (const name of ['Resets', 'Reset-signed', 'Reset-Signed-Signed', '-Signed', 'toString', '']) {
    expect(parseActionName(name)).toBeUndefined()
  }
})

test('a flattened JWS gives its payload, with or without countersignature', () => {
  expect(readSigned(jws)).toMatchObject({ value: { payload: { type: 'Immediate' } } })
  const header = { countersignature: 'a..b' }
  expect(readSigned({ ...jws, header })).toMatchObject({ value: { jws: { header } } })
})

test.each([
  ['no signature', { payload: jws.payload, protected: jws.protected }],
  ['an empty signature', { ...jws, signature: '' }],
  ['a field nobody knows', { ...jws, signatures: [] }],
  ['padding', { ...jws, payload: `${jws.payload}==` }],
  ['a payload that is not canonical base64url', { ...jws, payload: 'eyJ9' + 'B' }],
  ['a payload that is not UTF-8', { ...jws, payload: toBase64Url(Uint8Array.of(0xff, 0xfe)) }],
  ['a payload that is not JSON', { ...jws, payload: toBase64Url(utf8('{')) }],
  ['a payload nested too deep', { ...jws, payload: toBase64Url(utf8('['.repeat(99))) }],
  ['an unprotected field nobody knows', { ...jws, header: { kid: 'x' } }],
  ['a countersignature that is no text', { ...jws, header: { countersignature: 1 } }],
  ['an array', [jws]],
  ['nothing', undefined],
])('%s is a format violation', (_title, value) => {
  expect(readSigned(value)).toMatchObject({ ok: false, reason: 'FormatViolation' })
})
