import { expect, test } from 'vitest'
import { checkPreCommand } from './check.ts'
import { normaliseCode, ownerKeyMac } from './enrolment.ts'
import { createArmKey, ownerEui } from './key.ts'
import { armDigest, signArm } from './sign.ts'
import { memoryStore } from './store.ts'
import { asked, hex, preCommandHex } from './testing.ts'

function checkedArm() {
  const checked = checkPreCommand(hex(preCommandHex), asked)
  if (!checked.ok) throw new Error(checked.problems.join(' '))
  return checked.value
}

test('signs every byte after the leading DF and attaches 40 and r‖s', async () => {
  const key = await createArmKey()
  const { bytes, digest } = await signArm(checkedArm(), key)
  const unsigned = hex(preCommandHex)
  expect(bytes.subarray(0, unsigned.length)).toEqual(unsigned)
  expect(bytes[unsigned.length]).toBe(0x40)
  expect(bytes.length).toBe(unsigned.length + 65)
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' }
  const verifier = await crypto.subtle.importKey('spki', key.spki, ecdsa, false, ['verify'])
  const verified = await crypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' },
    verifier,
    bytes.slice(unsigned.length + 1),
    unsigned.slice(1),
  )
  expect(verified).toBe(true)
  expect(digest).toBe(await armDigest(bytes))
  expect(digest).toMatch(/^[A-Za-z0-9_-]{43}$/)
})

test('the private key cannot be taken out', async () => {
  const key = await createArmKey()
  expect(key.privateKey.extractable).toBe(false)
  await expect(crypto.subtle.exportKey('pkcs8', key.privateKey)).rejects.toThrow()
})

test("a key's EUI-64 is its digest, marked as locally administered", async () => {
  // SHA-256('') begins e3b0c44298fc1c14; e3 already has the local bit.
  expect(await ownerEui(new Uint8Array(0))).toBe('E3-B0-C4-42-98-FC-1C-14')
  // SHA-256('abc') begins ba7816bf8f01cfea; ba has it too. SHA-256('a') begins ca978112ca1bbdca.
  expect(await ownerEui(new TextEncoder().encode('abc'))).toBe('BA-78-16-BF-8F-01-CF-EA')
  expect((await createArmKey()).eui).toMatch(/^[0-9A-F][2367ABEF](-[0-9A-F]{2}){7}$/)
})

test('the enrolment proof is bound to code, charger and key', async () => {
  const station = '00-DB-12-34-56-78-90-A1'
  const spki = Uint8Array.of(1, 2, 3)
  const proof = await ownerKeyMac('ABCD2345', station, spki)
  expect(proof).toHaveLength(32)
  expect(await ownerKeyMac('ABCD2345', station, spki)).toEqual(proof)
  expect(await ownerKeyMac('ABCD2346', station, spki)).not.toEqual(proof)
  expect(await ownerKeyMac('ABCD2345', '00-DB-12-34-56-78-90-A2', spki)).not.toEqual(proof)
  expect(await ownerKeyMac('ABCD2345', station, Uint8Array.of(1, 2, 4))).not.toEqual(proof)
})

test('a code may be typed with spaces, hyphens and small letters', () => {
  expect(normaliseCode(' abcd-2345 ')).toBe('ABCD2345')
})

test('a store keeps the key and the homes, and forgets both', async () => {
  const store = memoryStore()
  const key = await createArmKey()
  const home = {
    station: 'acacia-12',
    stationEui: '00-DB-12-34-56-78-90-A1',
    target: asked.target,
    controller: 1,
    ratingWatts: 7400,
    place: '12 Acacia Avenue',
  }
  await store.keepKey(key)
  await store.keepHome(home)
  expect(await store.key()).toBe(key)
  expect(await store.home('acacia-12')).toEqual(home)
  await store.forget()
  expect(await store.key()).toBeUndefined()
  expect(await store.home('acacia-12')).toBeUndefined()
})
