import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant, toBase64Url, type PrivateKey } from '@interlock/kernel'
import { askConsents, consentsPageMax, signConsent } from '@interlock/privacy'
import type { Journal } from '@interlock/store'
import { expect, test } from 'vitest'
import { openConsents, type Consents } from './consents.ts'

const station = eui64('00-00-00-00-00-00-00-01')
const dso = eui64('A0-00-00-00-00-00-00-05')
const now = instant(1_800_000_000_000)
const [former, next] = [crypto.generateKey().key, crypto.generateKey().key]
const ownerOf = ({ publicKey }: PrivateKey) => ({ station, key: toBase64Url(publicKey.spki) })

function world() {
  const entries: unknown[] = []
  const journal: Journal = {
    entries: () => structuredClone(entries),
    append: (entry) => void entries.push(entry),
    isLong: false,
    rewrite: () => {},
    close: () => {},
  }
  return () => openConsents(journal, { clock: { now: () => now }, crypto })
}
function give(consents: Consents, key: PrivateKey, given = true) {
  const { number = 1, previous = '' } = consents.next(station) ?? {}
  const said = {
    station,
    number,
    previous,
    reader: dso,
    purpose: 'halfHourly',
    given,
  } as const
  return consents.take(JSON.stringify(signConsent({ ...said, at: now }, key, crypto)))
}

test('with an owner goes what it agreed to, at once and after a restart; the next may agree anew', () => {
  const open = world()
  const consents = open()
  expect(consents.addOwner(ownerOf(former)).ok && give(consents, former).ok).toBe(true)
  expect(consents.holds(station, dso, 'halfHourly')).toBe(true)
  expect(open().holds(station, dso, 'halfHourly')).toBe(true)

  expect(consents.removeOwner(ownerOf(former)).ok).toBe(true)
  for (const each of [consents, open()]) {
    expect(each.holds(station, dso, 'halfHourly')).toBe(false)
    expect(give(each, former)).toMatchObject({ reason: 'ConsentForged' })
    expect(each.removeOwner(ownerOf(former))).toMatchObject({ reason: 'OwnerUnknown' })
  }
  expect(consents.addOwner(ownerOf(next)).ok && give(consents, next).ok).toBe(true)
  expect(consents.holds(station, dso, 'halfHourly')).toBe(true)
  expect(open().holds(station, dso, 'halfHourly')).toBe(true)
})

test('an owner of today is told what was said of its charger and what is in force; nobody else is', () => {
  const consents = world()()
  consents.addOwner(ownerOf(former))
  expect(give(consents, former).ok && give(consents, former, false).ok).toBe(true)
  const ask = (key: PrivateKey, at = now) => consents.list(askConsents(station, at, key, crypto))
  const standing = () => {
    const listed = ask(next)
    if (!listed.ok) throw new Error(listed.reason)
    return listed.value.items.map(({ statement, inForce }) => [statement.number, inForce])
  }
  expect(ask(next)).toMatchObject({ reason: 'ConsentForged' })
  consents.addOwner(ownerOf(next))
  expect(give(consents, former).ok).toBe(true)
  expect(standing()).toEqual([
    [3, true],
    [2, false],
    [1, false],
  ])
  // The key that agreed is an owner's no more.
  consents.removeOwner(ownerOf(former))
  expect(standing()[0]).toEqual([3, false])
  expect(ask(former)).toMatchObject({ reason: 'ConsentForged' })
  expect(ask(next, instant(now - 600_001))).toMatchObject({ reason: 'QuestionOver' })
  expect(ask(next, instant(now + 120_001))).toMatchObject({ reason: 'ConsentFromFuture' })
  // What one was asked is no answer about another home, nor at another time.
  const question = askConsents(station, now, next, crypto)
  expect(consents.list({ ...question, at: now - 1 })).toMatchObject({ reason: 'ConsentForged' })
  const other = eui64('00-00-00-00-00-00-00-02')
  consents.addOwner({ ...ownerOf(next), station: other })
  expect(consents.list({ ...question, station: other })).toMatchObject({ reason: 'ConsentForged' })
})

test('a long ledger is told a page at a time', () => {
  const consents = world()()
  consents.addOwner(ownerOf(former))
  for (let said = 0; said <= consentsPageMax; said++) give(consents, former, said % 2 === 0)
  const page = (before?: number) => {
    const listed = consents.list(askConsents(station, now, former, crypto), before)
    if (!listed.ok) throw new Error(listed.reason)
    return { numbers: listed.value.items.map((each) => each.statement.number), ...listed.value }
  }
  expect(page().numbers).toHaveLength(consentsPageMax)
  expect(page()).toMatchObject({ next: 2 })
  expect(page(2)).toMatchObject({ numbers: [1], next: null })
  expect(page(1)).toMatchObject({ numbers: [], next: null })
})
