import { expect, test } from 'vitest'
import { concat, fromBase64, utf8 } from './bytes.ts'
import { signGuest, type Guest } from './guest.ts'
import { createArmKey } from './key.ts'
import { hex } from './testing.ts'

const own: Guest = { uid: '04A1B2C3', name: 'Zoë', wattHours: 20_000, until: 9, payer: null }
const payer = { issuer: 'GB*INT', contractId: 'GBINTC0012345X' }

test.each<[Guest, string]>([
  [own, '04A1B2C3\n20000\n9\n\nZoë'],
  [{ ...own, payer }, '04A1B2C3\n20000\n9\nGB*INT GBINTC0012345X\nZoë'],
])('a guest is signed with card, cap, end and payer, for one charger', async (guest, text) => {
  const key = await createArmKey()
  const at = Date.parse('2026-01-05T18:00:00Z')
  const signed = await signGuest(guest, '00-DB-12-34-56-78-91-00', at, key)
  expect(signed).toMatchObject({ guest, at })
  // The EUI-64, and 1767636000000 in 64 bits.
  const statement = (words: string) =>
    concat(utf8('interlock-owner-guest'), hex('00db1234567891000000019b8f50dd00'), utf8(words))
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const verifier = await crypto.subtle.importKey('spki', key.spki, curve, false, ['verify'])
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const verifies = (words: string) =>
    crypto.subtle.verify(algorithm, verifier, fromBase64(signed.signature), statement(words))
  expect(await verifies(text)).toBe(true)
  expect(await verifies(text.replace('20000', '90000'))).toBe(false)
})

test('a name that would go on in another line is not signed', async () => {
  const key = await createArmKey()
  const guest = { ...own, name: 'Zoë\nand others' }
  await expect(signGuest(guest, '00-DB-12-34-56-78-91-00', 1, key)).rejects.toThrow('one line')
})
