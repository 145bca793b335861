import { eui64 } from '@interlock/kernel'
import { defaultQuietHours } from '@interlock/power'
import { expect, test } from 'vitest'
import {
  hoursDigest,
  readHours,
  signHours,
  signHoursAcknowledgement,
  verifyHoursAcknowledgement,
  type HoursAcknowledgement,
  type HoursStatement,
} from './hours-statement.ts'
import { at, crypto, originator, station, supervisor } from './parties.fixture.ts'

const statement: HoursStatement = {
  station,
  counter: 7,
  holds: 3,
  wants: { quiet: defaultQuietHours, from: at(86_400), agreement: null },
  at: at(0),
}
const signer = { key: originator.key, chain: [new Uint8Array([1]), new Uint8Array([2])] }
const sign = (change: object = {}) => signHours({ ...statement, ...change }, signer, crypto)
const read = (value: unknown) => {
  const outcome = readHours(value)
  return outcome.ok ? outcome.value : undefined
}

test('a statement is read as it was signed, whatever it wants', () => {
  const agreement = { dsrsp: eui64('A0-00-00-00-00-00-00-09'), reference: 'DSR 12/2026' }
  const own = { quiet: [], from: at(86_400), agreement }
  for (const wants of [statement.wants, null, own]) {
    const found = read(sign({ wants }))
    expect(found?.statement).toEqual({ ...statement, wants })
    expect(found?.chain).toEqual(signer.chain)
    const { signed = new Uint8Array(), signature = new Uint8Array() } = found ?? {}
    expect(crypto.verify(originator.key.publicKey, signed, signature)).toBe(true)
  }
})

const hours = (change: object) => ({ wants: { ...statement.wants, ...change } })
test.each<[string, object]>([
  ['no counter', { counter: 0 }],
  ['a counter that is none', { counter: 1.5 }],
  ['hours backwards', hours({ quiet: [{ weekdays: [1], fromHour: 22, untilHour: 6 }] })],
  ['a row with another member', hours({ quiet: [{ ...defaultQuietHours[0], tariff: 1 }] })],
  ['more rows than a week has', hours({ quiet: Array(15).fill(defaultQuietHours[0]) })],
  ['an agreement without a reference', hours({ agreement: { dsrsp: station } })],
  ['another member', { also: 1 }],
  ['no word of what it holds', { holds: undefined }],
])('a statement with %s is none', (_what, change) => {
  expect(readHours(sign(change)).ok).toBe(false)
})

test('what is no statement is none, and an acknowledgement is no statement', () => {
  for (const value of [null, 'text', {}, { ...sign(), signature: 'AAAA' }, acknowledged()])
    expect(readHours(value).ok).toBe(false)
})

test('a signature that is written another way leaves the digest as it is; another word does not', () => {
  const [one, again, other] = [sign(), sign(), sign({ counter: 8 })].map((each) =>
    hoursDigest(read(each) ?? expect.fail('it can be read'), crypto),
  )
  expect(again).toBe(one)
  expect(other).not.toBe(one)
})

const answer: HoursAcknowledgement = {
  station,
  counter: 7,
  digest: supervisor.thumbprint,
  verdict: 'refused',
  reason: 'BudgetExceeded',
  at: at(1),
}
const acknowledged = (change: object = {}, by = supervisor) =>
  signHoursAcknowledgement({ ...answer, ...change }, by, crypto)
const pinned = { ...supervisor, publicKey: supervisor.key.publicKey }
const verified = (value: unknown) => verifyHoursAcknowledgement(value, [pinned], crypto)

test('an acknowledgement is the supervisor’s own, bit for bit', () => {
  expect(verified(acknowledged())).toEqual({ ok: true, value: answer })
  const stranger = acknowledged({}, originator)
  expect(verified(stranger)).toMatchObject({ ok: false, reason: 'SignerUnknown' })
  const named = acknowledged({}, { ...originator, thumbprint: supervisor.thumbprint })
  expect(verified(named)).toMatchObject({ ok: false, reason: 'SignatureInvalid' })
  const { payload } = acknowledged({ verdict: 'acknowledged', reason: null })
  const exchanged = { ...acknowledged(), payload }
  expect(verified(exchanged)).toMatchObject({ ok: false, reason: 'SignatureInvalid' })
})

test.each<[string, object]>([
  ['another verdict', { verdict: 'maybe' }],
  ['no digest', { digest: 'x' }],
  ['a reason that is no text', { reason: 5 }],
])('an acknowledgement with %s is none', (_what, change) => {
  expect(verified(acknowledged(change))).toMatchObject({ ok: false, reason: 'Malformed' })
})
