import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { fromBase64, fromHex, toHex, utf8 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeCrypto as crypto, systemEntropy } from './node-crypto.ts'

const hex = (text: string): Uint8Array => fromHex(text.replace(/\s/g, '')) ?? new Uint8Array()
const { key, pem } = crypto.generateKey()
const data = utf8('signed')

/** The private key of RFC 6979 §A.2.5 as SEC 1, and its public key. */
const rfc6979 = {
  d: 'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721',
  x: '60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6',
  y: '7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299',
}
const spkiOf = (x: string, y: string): Uint8Array =>
  hex(`3059301306072a8648ce3d020106082a8648ce3d03010703420004${x}${y}`)

test('SHA-256 and HMAC give the published values (FIPS 180-4 example, RFC 4231 case 2)', () => {
  expect(toHex(crypto.sha256(utf8('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
  expect(toHex(crypto.hmacSha256(utf8('Jefe'), utf8('what do ya want for nothing?')))).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('a signature of RFC 6979 §A.2.5 verifies in the form r‖s', () => {
  const publicKey = crypto.publicKey(spkiOf(rfc6979.x, rfc6979.y))
  const signature = hex(
    `EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
     F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8`,
  )
  expect(publicKey && crypto.verify(publicKey, utf8('sample'), signature)).toBe(true)
})

test('what is signed verifies, in 64 bytes; with any bit changed it does not', () => {
  const signature = crypto.sign(key, data)
  expect(signature).toHaveLength(64)
  expect(crypto.verify(key.publicKey, data, signature)).toBe(true)
  fc.assert(
    fc.property(fc.nat(64 * 8 - 1), (bit) => {
      const changed = Uint8Array.from(signature)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(crypto.verify(key.publicKey, data, changed)).toBe(false)
    }),
  )
  expect(crypto.verify(key.publicKey, utf8('other'), signature)).toBe(false)
  expect(crypto.verify(crypto.generateKey().key.publicKey, data, signature)).toBe(false)
})

test.each([0, 1, 63, 65, 72])('a signature of %i bytes is refused without a throw', (length) => {
  expect(crypto.verify(key.publicKey, data, new Uint8Array(length))).toBe(false)
})

test('the private key that was written as PEM is the same when it is read', () => {
  const read = crypto.privateKey(pem)
  expect(read.publicKey.spki).toEqual(key.publicKey.spki)
  expect(crypto.verify(key.publicKey, data, crypto.sign(read, data))).toBe(true)
})

test('key agreement gives both sides the x-coordinate (RFC 5903 §8.1)', () => {
  const jwk = { kty: 'EC', crv: 'P-256' } as const
  const encoded = (text: string): string => Buffer.from(text, 'hex').toString('base64url')
  const initiator = createPrivateKey({
    format: 'jwk',
    key: {
      ...jwk,
      d: encoded('C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433'),
      x: encoded('DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180'),
      y: encoded('5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3'),
    },
  })
  const own = crypto.privateKey(initiator.export({ format: 'pem', type: 'pkcs8' }).toString())
  const peer = crypto.publicKey(
    spkiOf(
      'D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63',
      '56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB',
    ),
  )
  expect(peer && toHex(crypto.agree(own, peer)).toUpperCase()).toBe(
    'D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE',
  )
})

test('the GCM tag of an empty plaintext is cut to twelve bytes (SP 800-38D, case 1)', () => {
  const tag = crypto.gcmTag(new Uint8Array(16), new Uint8Array(12), new Uint8Array(0))
  expect(toHex(tag)).toBe('58e2fccefa7e3061367f1d57')
})

test('the GCM tag covers the additional data', () => {
  const tag = (additional: string): string =>
    toHex(crypto.gcmTag(new Uint8Array(16), new Uint8Array(12), utf8(additional)))
  expect(tag('one')).not.toBe(tag('two'))
})

const ofCurve = (namedCurve: string): Uint8Array =>
  generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'der', type: 'spki' })
const spki = key.publicKey.spki
test.each([
  ['nothing', new Uint8Array(0)],
  ['a key of P-384', ofCurve('P-384')],
  ['a key of another curve of 256 bits', ofCurve('secp256k1')],
  ['a key with a byte too many', Uint8Array.from([...spki, 0])],
  ['a key with a byte too few', spki.subarray(0, -1)],
  ['a point that is not on the curve', spki.with(90, (spki[90] ?? 0) ^ 1)],
])('%s is not taken for a P-256 public key', (_words, wrong) => {
  expect(crypto.publicKey(wrong)).toBeUndefined()
})

test('a public key is itself when it is read again', () => {
  const read = crypto.publicKey(spki)
  expect(read?.spki).toEqual(spki)
  expect(read && crypto.verify(read, data, crypto.sign(key, data))).toBe(true)
})

test.each([
  ['no PEM', 'hello'],
  ['a key of another curve', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['an RSA key', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
])('%s is not taken for a private key', (_words, wrong) => {
  const text =
    typeof wrong === 'string' ? wrong : wrong.export({ format: 'pem', type: 'pkcs8' }).toString()
  expect(() => crypto.privateKey(text)).toThrow(
    expect.objectContaining({ code: 'KeyUnreadable', remedy: expect.any(String) }),
  )
})

test('a key does not show its secret part to those who hold it', () => {
  expect(JSON.stringify(key)).not.toContain(
    toHex(fromBase64(pem.split('\n')[1] ?? '') ?? new Uint8Array(1)).slice(20, 40),
  )
  expect(Object.keys(key)).toEqual(['publicKey'])
})

test('entropy has the length and the range that were asked for', () => {
  expect(systemEntropy.bytes(32)).toHaveLength(32)
  expect(toHex(systemEntropy.bytes(32))).not.toBe(toHex(systemEntropy.bytes(32)))
  const small = Array.from({ length: 1_000 }, () => toHex(systemEntropy.bytes(28)))
  expect(new Set(small).size).toBe(1_000)
  const drawn = new Set(Array.from({ length: 200 }, () => systemEntropy.below(3)))
  expect([...drawn].sort((left, right) => left - right)).toEqual([0, 1, 2])
})
