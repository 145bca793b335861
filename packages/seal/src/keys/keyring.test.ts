import { limits, type EpochLease } from '@interlock/contract'
import { toBase64Url } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { at } from '../data/data.fixture.ts'
import {
  awaitsKey,
  emptyKeyring,
  lacksLease,
  openingKey,
  publishingKey,
  takeGrant,
  takeLease,
  takeStanding,
} from './keyring.ts'

const grant = (epoch: number, ended: readonly EpochLease[] = []) => ({
  epoch,
  key: toBase64Url(new Uint8Array(32).fill(epoch)),
  ended: [...ended],
})
const lease = (epoch: number, until: number) => ({ epoch, until: at(until) })
const one = takeLease(takeGrant(emptyKeyring, grant(1)), lease(1, 40))

test('a member publishes under the epoch it has a key and a lease of', () => {
  expect(publishingKey(emptyKeyring, at(0))).toMatchObject({ reason: 'SealEpochUnknown' })
  expect(publishingKey(takeGrant(emptyKeyring, grant(1)), at(0))).toMatchObject({
    reason: 'LeaseExpired',
  })
  expect(publishingKey(one, at(39))).toMatchObject({ ok: true, value: { epoch: 1 } })
  expect(publishingKey(one, at(40))).toMatchObject({ reason: 'LeaseExpired' })
})

test('a carrier that withholds the new key, or repeats an old lease, does not prolong the old one', () => {
  const told = takeLease(one, lease(2, 60))
  expect(publishingKey(told, at(30))).toMatchObject({ reason: 'LeaseExpired' })
  const repeated = takeLease(told, lease(1, 40))
  expect(publishingKey(repeated, at(30))).toMatchObject({ reason: 'LeaseExpired' })
  const granted = takeLease(takeGrant(repeated, grant(2)), lease(2, 60))
  expect(publishingKey(granted, at(30))).toMatchObject({ ok: true, value: { epoch: 2 } })
  expect(publishingKey(takeGrant(granted, grant(1)), at(30))).toMatchObject({
    value: { epoch: 2 },
  })
})

test('what was sealed under an earlier epoch while it was in force opens later; what came after does not', () => {
  const two = takeLease(takeGrant(one, grant(2)), lease(2, 80))
  expect(openingKey(two, 1, at(40), 'groupSigned')?.epoch).toBe(1)
  expect(openingKey(two, 1, at(41), 'groupSigned')).toBeUndefined()
  expect(openingKey(two, 2, at(500), 'groupSigned')?.epoch).toBe(2)
  expect(openingKey(two, 3, at(1), 'groupSigned')).toBeUndefined()
})

test('under a MAC no epoch opens for longer than it is leased, the newest that is known neither', () => {
  expect(openingKey(one, 1, at(40), 'groupMac')?.epoch).toBe(1)
  expect(openingKey(one, 1, at(41), 'groupMac')).toBeUndefined()
  expect(openingKey(one, 1, at(41), 'groupSigned')?.epoch).toBe(1)
  expect([40, 41].map((seconds) => lacksLease(one, 1, at(seconds)))).toEqual([false, true])
  const goesOn = takeStanding(one, { ...lease(1, 90), ended: [] })
  expect(openingKey(goesOn, 1, at(90), 'groupMac')?.epoch).toBe(1)
  const ended = takeStanding(one, { ...lease(2, 90), ended: [lease(1, 50)] })
  expect(openingKey(ended, 1, at(50), 'groupMac')?.epoch).toBe(1)
  expect(openingKey(ended, 1, at(51), 'groupMac')).toBeUndefined()
  // Nothing is to be asked for or awaited any more, and nobody publishes under it.
  expect([lacksLease(ended, 1, at(51)), awaitsKey(ended, 1)]).toEqual([false, false])
  expect(publishingKey(ended, at(30))).toMatchObject({ reason: 'LeaseExpired' })
})

test('a member that was away opens what was said in time under the keys it was given, and no other', () => {
  const away = [
    grant(1),
    grant(2, [lease(1, 40)]),
    grant(4, [lease(1, 40), lease(2, 60), lease(3, 80)]),
  ]
  const ring = away.reduce(takeGrant, emptyKeyring)
  expect(openingKey(ring, 1, at(40), 'groupSigned')?.epoch).toBe(1)
  expect(openingKey(ring, 1, at(41), 'groupSigned')).toBeUndefined()
  expect(openingKey(ring, 2, at(60), 'groupSigned')?.epoch).toBe(2)
  expect(openingKey(ring, 2, at(61), 'groupSigned')).toBeUndefined()
  // It was not a member then.
  expect(openingKey(ring, 3, at(70), 'groupSigned')).toBeUndefined()
  expect(openingKey(ring, 4, at(500), 'groupSigned')?.epoch).toBe(4)
  // Without that word nobody could tell, and nothing of before is opened.
  const untold = [grant(1), grant(2)].reduce(takeGrant, emptyKeyring)
  expect(openingKey(untold, 1, at(1), 'groupSigned')).toBeUndefined()
})

test('a joiner is told when earlier epochs ended, and has none of their keys', () => {
  const ring = takeGrant(emptyKeyring, grant(3, [lease(1, 40), lease(2, 60)]))
  expect([1, 2].map((epoch) => openingKey(ring, epoch, at(10), 'groupSigned'))).toEqual([
    undefined,
    undefined,
  ])
  expect(awaitsKey(ring, 2)).toBe(false)
})

test('keys that come in another order are of no more use, and of no less', () => {
  const [one, two] = [grant(1), grant(2, [lease(1, 40)])]
  expect([two, one].reduce(takeGrant, emptyKeyring)).toEqual(
    [one, two].reduce(takeGrant, emptyKeyring),
  )
})

test('a key is waited for while the newest has not come', () => {
  expect(awaitsKey(emptyKeyring, 1)).toBe(true)
  const told = takeLease(takeGrant(emptyKeyring, grant(1)), lease(3, 90))
  expect([2, 3].map((epoch) => awaitsKey(told, epoch))).toEqual([true, true])
  const given = takeGrant(told, grant(3))
  expect([2, 3, 4].map((epoch) => awaitsKey(given, epoch))).toEqual([false, true, true])
})

test('a key once given is not replaced, and one of the wrong length is none', () => {
  const other = { ...grant(1), key: toBase64Url(new Uint8Array(32).fill(9)) }
  expect(openingKey(takeGrant(one, other), 1, at(0), 'groupSigned')?.key[0]).toBe(1)
  expect(takeGrant(emptyKeyring, { ...grant(1), key: 'AA' })).toEqual(emptyKeyring)
})

test('a member keeps so many keys and no more', () => {
  let ring = emptyKeyring
  for (let epoch = 1; epoch <= limits.epochsHeldMax + 5; epoch++)
    ring = takeGrant(ring, grant(epoch))
  expect(ring.held).toHaveLength(limits.epochsHeldMax)
  expect(openingKey(ring, 5, at(0), 'groupSigned')).toBeUndefined()
})
