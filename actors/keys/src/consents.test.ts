import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant, toBase64Url, type PrivateKey } from '@interlock/kernel'
import { signConsent } from '@interlock/privacy'
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
function give(consents: Consents, key: PrivateKey) {
  const { number = 1, previous = '' } = consents.next(station) ?? {}
  const said = {
    station,
    number,
    previous,
    reader: dso,
    purpose: 'halfHourly',
    given: true,
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
