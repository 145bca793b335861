import { expect, test } from 'vitest'
import { concat, fromBase64, toBase64 } from './bytes.ts'
import { createArmKey } from './key.ts'
import { signRevocation } from './revocation.ts'
import { hex } from './testing.ts'

const station = '00-DB-12-34-56-78-91-00'
const at = Date.parse('2026-01-05T18:00:00Z')

test('a revocation names the charger, the time and the lost key, and nothing else', async () => {
  const [key, lost] = [await createArmKey(), await createArmKey()]
  const { spki, by, signature } = await signRevocation(toBase64(lost.spki), station, at, key)
  expect([spki, by]).toEqual([toBase64(lost.spki), toBase64(key.spki)])
  // The words, the EUI-64, and 1767636000000 in 64 bits.
  const head =
    '696e7465726c6f636b2d6f776e65722d7265766f636174696f6e00db1234567891000000019b8f50dd00'
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const verifier = await crypto.subtle.importKey('spki', key.spki, curve, false, ['verify'])
  const verifies = (statement: Uint8Array<ArrayBuffer>): Promise<boolean> =>
    crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' },
      verifier,
      fromBase64(signature),
      statement,
    )
  expect(await verifies(concat(hex(head), lost.spki))).toBe(true)
  expect(await verifies(concat(hex(head), key.spki))).toBe(false)
  expect(await verifies(concat(hex(head.replace('00db', '01db')), lost.spki))).toBe(false)
})

test('what is no key, and the key that signs, are not revoked', async () => {
  const key = await createArmKey()
  await expect(signRevocation('%', station, at, key)).rejects.toThrow('not base64')
  const own = signRevocation(toBase64(key.spki), station, at, key)
  await expect(own).rejects.toThrow('does not revoke itself')
})
