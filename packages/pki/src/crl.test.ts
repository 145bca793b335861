import { nodeCrypto as crypto } from '@interlock/host'
import { inHours, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { issuing, now, only, root } from './hierarchy.fixture.ts'
import { createCrl, readCrl } from './index.ts'

const at = instant(Math.floor(now / 1000) * 1000)
const options = { ca: issuing, number: 7, now: at, validMillis: inHours(72), crypto }
const issuer = only(issuing.certificatePem)

test('a list reads back with its serials, number and period', () => {
  const revoked = [
    { serialHex: '51', at },
    { serialHex: 'ff00', at },
  ]
  expect(readCrl(createCrl({ ...options, revoked }), issuer, crypto)).toEqual({
    ok: true,
    value: {
      number: 7,
      thisUpdate: at,
      nextUpdate: at + inHours(72),
      serials: new Set(['51', 'ff00']),
    },
  })
})

test('an empty list is a list', () => {
  const list = readCrl(createCrl({ ...options, revoked: [] }), issuer, crypto)
  expect(list.ok && list.value.serials.size).toBe(0)
})

test('ten thousand entries are written and read in well under a second', () => {
  const revoked = Array.from({ length: 10_000 }, (_, i) => ({
    serialHex: `40${i.toString(16).padStart(30, '0')}`,
    at,
  }))
  const started = performance.now()
  const list = readCrl(createCrl({ ...options, revoked }), issuer, crypto)
  expect(list.ok && list.value.serials.size).toBe(10_000)
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('a list of another authority, a changed list and no list are refused', () => {
  const pem = createCrl({ ...options, revoked: [{ serialHex: '51', at }] })
  expect(readCrl(pem, only(root.certificatePem), crypto)).toMatchObject({ reason: 'ListIssuer' })
  expect(readCrl('', issuer, crypto)).toMatchObject({ reason: 'ListUnreadable' })
  expect(readCrl(pem + pem, issuer, crypto)).toMatchObject({ reason: 'ListUnreadable' })
  const body = pem.split('\n').slice(1, -2).join('')
  const bytes = Uint8Array.from(atob(body), (char) => char.charCodeAt(0))
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.slice()
    changed[i] = (changed[i] ?? 0) ^ 1
    const text = `-----BEGIN X509 CRL-----\n${btoa(String.fromCharCode(...changed))}\n-----END X509 CRL-----\n`
    expect(readCrl(text, issuer, crypto).ok).toBe(false)
  }
})
