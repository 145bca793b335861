import type { FlattenedJws } from '@interlock/contract'
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { countersign } from './countersignature.ts'
import { at, crypto, sign, supervisor } from './parties.fixture.ts'
import { parseSigned } from './parse-signed.ts'

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
const headerOf = (text: string) =>
  JSON.parse(fromUtf8(fromBase64Url(text) ?? new Uint8Array())) as Record<string, unknown>

const seconded = second(sign())
const parts = (seconded.header?.countersignature ?? '').split('.')
const [head = '', , signature = ''] = parts
const countersignatureHeader = headerOf(head)
const withSecond = (text: string) =>
  parseSigned({ ...seconded, header: { countersignature: text } })
const withSecondHeader = (change: object) =>
  withSecond(
    `${toBase64Url(utf8(JSON.stringify({ ...countersignatureHeader, ...change })))}..${signature}`,
  )

test.each([
  `${head}.payload.${signature}`,
  `${head}..${signature}.more`,
  `${head}.`,
  head,
  `..${signature}`,
  `${head}..`,
])('a countersignature must be a detached JWS: %#', (text) => {
  expect(withSecond(text)).toMatchObject({ reason: 'Malformed' })
})

test.each([
  ['alg', { alg: 'none' }],
  ['x5t#S256', { 'x5t#S256': 'no digest' }],
  ['role', { role: 'csms' }],
  ['org', { org: 'nobody' }],
  ['rsv', { rsv: 'short' }],
  ['rsv', { rsv: 'r'.repeat(65) }],
  ['rsv', { rsv: 'reservation 1' }],
  ['rsv', { rsv: ['reservation-1'] }],
  ['hrs', { hrs: [] }],
  ['hrs', { hrs: [1, 2, 3] }],
  ['hrs', { hrs: [-1] }],
  ['hrs', { hrs: 0 }],
  ['exp', { exp: '1' }],
  ['kid', { kid: 'x' }],
])('a countersignature whose %s is wrong cannot be read: %o', (name, change) => {
  expect(withSecondHeader(change)).toEqual({
    ok: false,
    reason: 'Malformed',
    detail: `countersignature ${name}`,
  })
})

test('a countersignature lacks nothing', () => {
  expect(withSecondHeader({})).toMatchObject({ ok: true })
  expect(withSecondHeader({ alg: undefined })).toMatchObject({
    reason: 'Malformed',
    detail: 'countersignature lacks a member',
  })
  for (const name of ['role', 'org', 'rsv', 'exp'])
    expect(withSecondHeader({ [name]: undefined })).toEqual({
      ok: false,
      reason: 'CritMissing',
      detail: 'countersignature',
    })
})

test('reservations from 8 to 64 characters are read', () => {
  expect(withSecondHeader({ rsv: 'r'.repeat(8) })).toMatchObject({ ok: true })
  expect(withSecondHeader({ rsv: 'r'.repeat(64) })).toMatchObject({ ok: true })
})
