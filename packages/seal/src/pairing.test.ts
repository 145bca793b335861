import { concat, eui64, sameBytes, toHex, utf8 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { ownerEui, ownerKeyMac, ownerKeyMacMatches } from './owner-key.ts'
import { derivePairingKey } from './pairing.ts'
import { crypto, station, supervisor } from './parties.fixture.ts'

const code = 'K7QP-2M9X-4TRW-8HJC'
const nonces = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)] as const

test('both sides derive one key of 32 bytes from code and nonces', () => {
  const one = derivePairingKey(code, nonces[0], nonces[1], crypto)
  expect(one).toHaveLength(32)
  expect(derivePairingKey(code, nonces[0], nonces[1], crypto)).toEqual(one)
})

test('another code, another nonce or another order gives another key', () => {
  const [llcs, stationNonce] = nonces
  const keys = [
    derivePairingKey(code, llcs, stationNonce, crypto),
    derivePairingKey(`${code}x`, llcs, stationNonce, crypto),
    derivePairingKey(code, stationNonce, llcs, crypto),
    derivePairingKey(code, llcs, concat(stationNonce, Uint8Array.of(0)), crypto),
    derivePairingKey(code, concat(llcs, stationNonce), stationNonce, crypto),
  ].map(toHex)
  expect(new Set(keys).size).toBe(keys.length)
})

test('a short code or nonce is a bug', () => {
  expect(() => derivePairingKey('short', nonces[0], nonces[1], crypto)).toThrow('install code')
  expect(() => derivePairingKey(code, new Uint8Array(15), nonces[1], crypto)).toThrow('nonce')
  expect(() => derivePairingKey(code, nonces[0], new Uint8Array(15), crypto)).toThrow('nonce')
})

const { spki } = supervisor.key.publicKey

test('the code at the charger vouches for one key at one station', () => {
  const mac = ownerKeyMac('code', station, spki, crypto)
  const expected = concat(utf8('interlock-owner'), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), spki)
  expect(sameBytes(mac, crypto.hmacSha256(utf8('code'), expected))).toBe(true)
  expect(ownerKeyMacMatches(mac, 'code', station, spki, crypto)).toBe(true)
  const elsewhere = eui64('00-00-00-00-00-00-00-02')
  expect(ownerKeyMacMatches(mac, 'code', elsewhere, spki, crypto)).toBe(false)
  expect(ownerKeyMacMatches(mac, 'other', station, spki, crypto)).toBe(false)
  expect(ownerKeyMacMatches(mac, 'code', station, spki.slice(1), crypto)).toBe(false)
})

test('an owner is known by the digest of the key, marked as locally assigned', () => {
  const digest = crypto.sha256(spki).slice(0, 8)
  const first = ((digest[0] ?? 0) | 2).toString(16).padStart(2, '0')
  const rest = Array.from(digest.slice(1), (byte) => byte.toString(16).padStart(2, '0'))
  expect(ownerEui(spki, crypto)).toBe([first, ...rest].join('-').toUpperCase())
})
