import { limits } from '@interlock/contract'
import { toBase64Url } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { at } from '../data/data.fixture.ts'
import { emptyKeyring, openingKey, publishingKey, takeGrant, takeLease } from './keyring.ts'

const grant = (epoch: number) => ({ epoch, key: toBase64Url(new Uint8Array(32).fill(epoch)) })
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
  expect(openingKey(two, 1, at(40))?.epoch).toBe(1)
  expect(openingKey(two, 1, at(41))).toBeUndefined()
  expect(openingKey(two, 2, at(500))?.epoch).toBe(2)
  expect(openingKey(two, 3, at(1))).toBeUndefined()
})

test('a key once given is not replaced, and one of the wrong length is none', () => {
  const other = { epoch: 1, key: toBase64Url(new Uint8Array(32).fill(9)) }
  expect(openingKey(takeGrant(one, other), 1, at(0))?.key[0]).toBe(1)
  expect(takeGrant(emptyKeyring, { epoch: 1, key: 'AA' })).toEqual(emptyKeyring)
})

test('a member keeps so many keys and no more', () => {
  let ring = emptyKeyring
  for (let epoch = 1; epoch <= limits.epochsHeldMax + 5; epoch++)
    ring = takeGrant(ring, grant(epoch))
  expect(ring.held).toHaveLength(limits.epochsHeldMax)
  expect(openingKey(ring, 5, at(0))).toBeUndefined()
})
