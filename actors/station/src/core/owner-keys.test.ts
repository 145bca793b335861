import { limits } from '@interlock/contract'
import { instant, plus, millis, seeded } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { enrol, newPairingCode, revoke } from './owner-keys.ts'

const now = instant(0)
const pairing = newPairingCode(seeded('charger'), now)
const right = (code: string) => code === pairing.code
const wrong = () => false

test('a pairing code is sixteen base32 characters', () => {
  expect(pairing.code).toMatch(/^[A-Z2-7]{16}$/)
})

test('a key with the right proof is taken in, and the code is spent', () => {
  expect(enrol([], pairing, 'key', right, now)).toEqual({ keys: ['key'], pairing: undefined })
})

test('without a code on the display no key is taken in', () => {
  expect(enrol([], undefined, 'key', right, now).refusal).toBe('NoPairingCode')
})

test('a code is good for ten minutes', () => {
  const late = plus(now, millis(limits.pairingCodeMillis))
  expect(enrol([], pairing, 'key', right, late)).toEqual({
    keys: [],
    pairing: undefined,
    refusal: 'NoPairingCode',
  })
})

test('the fifth wrong proof spends the code', () => {
  let current: typeof pairing | undefined = pairing
  for (let attempt = 1; attempt <= limits.pairingCodeAttemptsMax; attempt++) {
    const tried: ReturnType<typeof enrol> = enrol([], current, 'key', wrong, now)
    expect(tried.refusal).toBe('CodeWrong')
    current = tried.pairing
  }
  expect(current).toBeUndefined()
  expect(enrol([], current, 'key', right, now).refusal).toBe('NoPairingCode')
})

test('a ninth key is refused and the code stays for after a revocation', () => {
  const keys = Array.from({ length: limits.ownerKeysMax }, (_, at) => `key-${at}`)
  const full = enrol(keys, pairing, 'ninth', right, now)
  expect(full).toEqual({ keys, pairing, refusal: 'TooManyOwnerKeys' })
  expect(enrol(revoke(keys, 'key-3'), pairing, 'ninth', right, now).keys).toContain('ninth')
})

test('a key that is already in is not taken in twice', () => {
  expect(enrol(['key'], pairing, 'key', right, now).keys).toEqual(['key'])
})
