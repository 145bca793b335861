import { nodeCrypto as crypto } from '@interlock/host'
import { stationId } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { station } from './hierarchy.fixture.ts'
import {
  createCsr,
  firstContactKey,
  firstContactPassword,
  firstContactProof,
  renewalProof,
  verifyCsr,
  verifyFirstContactProof,
  verifyRenewalProof,
} from './index.ts'

const key = firstContactKey('a secret on a label', crypto)
const one = stationId('station-1')
const own = crypto.generateKey().key
const other = crypto.generateKey().key
const proof = firstContactProof(key, one, own.publicKey, crypto)

test('a proof travels in the request and verifies with what the register holds', () => {
  const csr = verifyCsr(createCsr(own, station, crypto, { challenge: proof }), crypto)
  expect(csr.ok).toBe(true)
  if (csr.ok)
    expect(
      verifyFirstContactProof(csr.value.challenge, key, one, csr.value.publicKey, crypto),
    ).toBe(true)
})

test('a recorded proof is worth nothing for another key or another station', () => {
  expect(verifyFirstContactProof(proof, key, one, other.publicKey, crypto)).toBe(false)
  expect(verifyFirstContactProof(proof, key, stationId('s2'), own.publicKey, crypto)).toBe(false)
  expect(verifyFirstContactProof(undefined, key, one, own.publicKey, crypto)).toBe(false)
})

test('whoever knows only the password cannot make the proof', () => {
  const password = firstContactPassword(key, crypto)
  expect(password).toMatch(/^[A-Za-z0-9_-]{32}$/)
  const guessed = firstContactKey(password, crypto)
  const forged = firstContactProof(guessed, one, other.publicKey, crypto)
  expect(verifyFirstContactProof(forged, key, one, other.publicKey, crypto)).toBe(false)
})

test('only the key in force can name its successor', () => {
  const renewal = renewalProof(own, one, other.publicKey, crypto)
  const check = (text: string | undefined, by = own.publicKey) =>
    verifyRenewalProof(text, by, one, other.publicKey, crypto)
  expect(check(renewal)).toBe(true)
  expect(check(renewal, other.publicKey)).toBe(false)
  expect(check('****')).toBe(false)
  expect(check(undefined)).toBe(false)
  expect(verifyRenewalProof(renewal, own.publicKey, one, own.publicKey, crypto)).toBe(false)
})
