import { createPrivateKey } from 'node:crypto'
import { nodeCrypto as crypto } from '@interlock/host'
import { fromHex, spkiOfPoint, toHex, utf8, type PrivateKey } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hpkeRecipient, hpkeSender } from './hpke.ts'
import { a3, aes256 } from './rfc9180.fixture.ts'

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array()
const encoded = (text: string): string => Buffer.from(text, 'hex').toString('base64url')

function privateKey(scalar: string, point: string): PrivateKey {
  const [x, y] = [point.slice(2, 66), point.slice(66)].map(encoded)
  const key = { kty: 'EC', crv: 'P-256', d: encoded(scalar), x: x ?? '', y: y ?? '' }
  const pem = createPrivateKey({ format: 'jwk', key }).export({ format: 'pem', type: 'pkcs8' })
  return crypto.privateKey(pem.toString())
}

function publicKey(point: string) {
  const key = crypto.publicKey(spkiOfPoint(hex(point)))
  if (key === undefined) throw new Error('no point of P-256')
  return key
}

test('what is sealed is RFC 9180 A.3.1 to the byte, up to and past a whole byte of sequence', () => {
  const ephemeral = privateKey(a3.skEm, a3.pkEm)
  const recipient = publicKey(a3.pkRm)
  const { encapsulated, context } = hpkeSender(recipient, hex(a3.info), a3.aead, crypto, ephemeral)
  expect(toHex(encapsulated)).toBe(a3.pkEm)
  const sealed = Array.from({ length: 257 }, (_, i) =>
    toHex(context.seal(utf8(`Count-${i}`), hex(a3.plaintext))),
  )
  expect(a3.encryptions.map(([i]) => [i, sealed[i]])).toEqual(a3.encryptions)
  const exported = a3.exports.map(([of]) => [of, toHex(context.export(hex(of), 32))])
  expect(exported).toEqual(a3.exports)
})

test.each([a3, aes256])('the published $aead messages open, and only in their order', (vector) => {
  const own = privateKey(vector.skRm, vector.pkRm)
  const context = hpkeRecipient(hex(vector.pkEm), own, hex(vector.info), vector.aead, crypto)
  for (const [i, ciphertext] of vector.encryptions.filter(([of]) => of < 3)) {
    expect(context?.open(utf8(`Count-${i + 1}`), hex(ciphertext))).toBeUndefined()
    const opened = context?.open(utf8(`Count-${i}`), hex(ciphertext))
    expect(opened && toHex(opened)).toBe(vector.plaintext)
    expect(context?.open(utf8(`Count-${i}`), hex(ciphertext))).toBeUndefined()
  }
})

test('only the recipient opens, under the same info and additional data, and nothing changed', () => {
  const own = crypto.ephemeralKey()
  const [info, additional] = [utf8('info'), utf8('additional')]
  const { encapsulated, context } = hpkeSender(own.publicKey, info, 'A256GCM', crypto)
  const sealed = context.seal(additional, utf8('a secret'))
  const open = (of = encapsulated, key = own, about = info, with_ = additional, bytes = sealed) =>
    hpkeRecipient(of, key, about, 'A256GCM', crypto)?.open(with_, bytes)
  expect(open()).toEqual(utf8('a secret'))
  expect(open(encapsulated, crypto.ephemeralKey())).toBeUndefined()
  expect(open(encapsulated, own, utf8('other'))).toBeUndefined()
  expect(open(encapsulated, own, info, utf8('other'))).toBeUndefined()
  const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
    bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
  fc.assert(
    fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
      expect(open(encapsulated, own, info, additional, flipped(sealed, bit))).toBeUndefined()
    }),
  )
  for (let i = 0; i < encapsulated.length; i++)
    expect(open(flipped(encapsulated, i * 8)), `byte ${i}`).toBeUndefined()
})

test.each([
  ['nothing', new Uint8Array()],
  ['a point that is not on the curve', hex(a3.pkEm).with(64, 0)],
  ['a compressed point', hex(a3.pkEm).slice(0, 33).with(0, 2)],
])('%s is no encapsulation', (_words, encapsulated) => {
  const own = crypto.ephemeralKey()
  expect(hpkeRecipient(encapsulated, own, utf8(''), 'A256GCM', crypto)).toBeUndefined()
})
