import { nodeCrypto as crypto } from '@interlock/host'
import { expect, test } from 'vitest'
import { fromHex, toHex } from './bytes.ts'
import { hkdfExpand, hkdfExtract } from './hkdf.ts'

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array()
const secret = hex('0b'.repeat(22))

/** RFC 5869 appendix A.1 and A.3. */
test.each([
  {
    salt: '000102030405060708090a0b0c',
    info: 'f0f1f2f3f4f5f6f7f8f9',
    key: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    expanded:
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    salt: '',
    info: '',
    key: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
    expanded:
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
])('HKDF with salt "$salt" gives the published key and bytes', ({ salt, info, key, expanded }) => {
  const extracted = hkdfExtract(hex(salt), secret, crypto)
  expect(toHex(extracted)).toBe(key)
  expect(toHex(hkdfExpand(extracted, hex(info), 42, crypto))).toBe(expanded)
})

test('HKDF gives as many bytes as are asked for, to its end', () => {
  expect(hkdfExpand(secret, secret, 0, crypto)).toHaveLength(0)
  expect(hkdfExpand(secret, secret, 255 * 32, crypto)).toHaveLength(255 * 32)
  expect(() => hkdfExpand(secret, secret, 255 * 32 + 1, crypto)).toThrow('255')
})
