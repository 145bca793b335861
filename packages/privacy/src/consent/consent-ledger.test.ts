import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, fromBase64Url, instant, plus, inHours, type PrivateKey } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  appendConsent,
  consentsMax,
  firstWrongConsent,
  mayRead,
  newConsentLedger,
  nextConsent,
  readersOf,
  type ConsentLedger,
} from './consent-ledger.ts'
import {
  consentVerifies,
  signConsent,
  thumbprintOf,
  type ConsentStatement,
  type SignedConsent,
} from './statement.ts'

const station = eui64('00-00-00-00-00-00-00-01')
const dso = eui64('A0-00-00-00-00-00-00-05')
const supplier = eui64('A0-00-00-00-00-00-00-06')
const now = instant(1_800_000_000_000)
const [owner, stranger] = [crypto.generateKey().key, crypto.generateKey().key]
const ownerKeyOf = (thumbprint: string) =>
  thumbprint === thumbprintOf(owner.publicKey, crypto) ? owner.publicKey : undefined

const say = (
  ledger: ConsentLedger,
  change: Partial<ConsentStatement> = {},
  key: PrivateKey = owner,
): SignedConsent =>
  signConsent(
    {
      station,
      ...nextConsent(ledger, crypto),
      reader: dso,
      purpose: 'halfHourly',
      given: true,
      at: now,
      ...change,
    },
    key,
    crypto,
  )
const append = (ledger: ConsentLedger, signed: SignedConsent, at = now) =>
  appendConsent(ledger, signed, ownerKeyOf, at, crypto)
function appended(ledger: ConsentLedger, change: Partial<ConsentStatement>): ConsentLedger {
  const outcome = append(ledger, say(ledger, change))
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}
const empty = newConsentLedger(station)
const given = appended(empty, {})

test('a consent counts for its reader and purpose alone, at once, until it is withdrawn', () => {
  expect(mayRead(empty, dso, 'halfHourly', ownerKeyOf, now)).toBe(false)
  expect(mayRead(given, dso, 'halfHourly', ownerKeyOf, now)).toBe(true)
  for (const purpose of ['monthly', 'daily', 'dsr'] as const)
    expect(mayRead(given, dso, purpose, ownerKeyOf, now)).toBe(false)
  expect(mayRead(given, supplier, 'halfHourly', ownerKeyOf, now)).toBe(false)
  expect(readersOf(given, 'halfHourly', ownerKeyOf, now)).toEqual([dso])
  const withdrawn = appended(given, { given: false })
  expect(mayRead(withdrawn, dso, 'halfHourly', ownerKeyOf, now)).toBe(false)
  expect(readersOf(withdrawn, 'halfHourly', ownerKeyOf, now)).toEqual([])
  expect(withdrawn.entries).toHaveLength(2)
  expect(mayRead(appended(withdrawn, {}), dso, 'halfHourly', ownerKeyOf, now)).toBe(true)
})

test('a consent with an end is over then, and may be given anew or withdrawn', () => {
  const until = plus(now, inHours(1))
  const short = appended(empty, { until })
  expect(mayRead(short, dso, 'halfHourly', ownerKeyOf, instant(until - 1))).toBe(true)
  expect(mayRead(short, dso, 'halfHourly', ownerKeyOf, until)).toBe(false)
  expect(append(short, say(short), now)).toMatchObject({ reason: 'ConsentUnchanged' })
  expect(append(short, say(short), until)).toMatchObject({ ok: true })
  expect(append(short, say(short, { given: false }), until)).toMatchObject({ ok: true })
})

test.each<[string, () => SignedConsent, string]>([
  ['by someone else', () => say(given, { given: false }, stranger), 'ConsentForged'],
  [
    'changed after it was signed',
    () => {
      const signed = say(empty, { reader: supplier })
      return { ...signed, statement: { ...signed.statement, reader: dso } }
    },
    'ConsentForged',
  ],
  ['a signature that is none', () => ({ ...say(given), signature: '!' }), 'ConsentForged'],
  ['for another station', () => say(given, { station: dso }), 'ConsentElsewhere'],
  ['a number left out', () => say(given, { given: false, number: 3 }), 'ConsentOutOfOrder'],
  ['after another history', () => say(given, { given: false, previous: '' }), 'ConsentOutOfOrder'],
  [
    'from the future',
    () => say(given, { given: false, at: plus(now, inHours(1)) }),
    'ConsentFromFuture',
  ],
  [
    'over before it begins',
    () => say(given, { reader: supplier, until: now }),
    'ConsentEndsBefore',
  ],
  ['given again', () => say(given), 'ConsentUnchanged'],
  [
    'withdrawn and never given',
    () => say(given, { reader: supplier, given: false }),
    'ConsentUnchanged',
  ],
])('refused: %s', (_, signed, reason) => {
  expect(append(given, signed())).toMatchObject({ reason })
})

test('a consent that was withdrawn cannot be played again, although its signature still verifies', () => {
  const first = given.entries[0]
  if (first === undefined) throw new Error('one was given')
  const withdrawn = appended(given, { given: false })
  expect(consentVerifies(first, owner.publicKey, crypto)).toBe(true)
  expect(append(withdrawn, first)).toMatchObject({ reason: 'ConsentOutOfOrder' })
  // By the latest valid signature alone the reader would have it back.
  const naive = { station, entries: [...withdrawn.entries, first] }
  expect(mayRead(naive, dso, 'halfHourly', ownerKeyOf, now)).toBe(true)
  expect(firstWrongConsent(naive, ownerKeyOf, crypto)).toBe(3)
})

test('a ledger that lost, gained or changed an entry is found at that entry', () => {
  const whole = appended(appended(given, { given: false }), { reader: supplier })
  expect(firstWrongConsent(whole, ownerKeyOf, crypto)).toBeUndefined()
  const [one, two, three] = whole.entries as [SignedConsent, SignedConsent, SignedConsent]
  const changed = { ...two, statement: { ...two.statement, given: true } }
  for (const [entries, at] of [
    [[one, three], 2],
    [[two, one, three], 1],
    [[one, changed, three], 2],
    [[one, two, two, three], 3],
  ] as const)
    expect(firstWrongConsent({ station, entries }, ownerKeyOf, crypto)).toBe(at)
  expect(firstWrongConsent(whole, () => undefined, crypto)).toBe(1)
  expect(fromBase64Url(two.statement.previous)).toHaveLength(32)
})

test('a full ledger takes no more consents, and every withdrawal', () => {
  const [first] = given.entries
  if (first === undefined) throw new Error('one was given')
  const full: ConsentLedger = {
    station,
    entries: Array.from({ length: consentsMax }, () => first),
  }
  expect(append(full, say(full, { reader: supplier }))).toMatchObject({ reason: 'LedgerFull' })
  expect(append(full, say(full, { given: false }))).toMatchObject({ ok: true })
})

test('what a former owner agreed to counts no more, and the next owner may say the same anew', () => {
  const nobody = () => undefined
  expect(mayRead(given, dso, 'halfHourly', nobody, now)).toBe(false)
  expect(readersOf(given, 'halfHourly', nobody, now)).toEqual([])
  const nextOwnerKeyOf = (thumbprint: string) =>
    thumbprint === thumbprintOf(stranger.publicKey, crypto) ? stranger.publicKey : undefined
  const anew = appendConsent(given, say(given, {}, stranger), nextOwnerKeyOf, now, crypto)
  expect(anew.ok && mayRead(anew.value, dso, 'halfHourly', nextOwnerKeyOf, now)).toBe(true)
  // A withdrawal stays one, whoever said it.
  const withdrawn = appended(given, { given: false })
  expect(mayRead(withdrawn, dso, 'halfHourly', nextOwnerKeyOf, now)).toBe(false)
})
