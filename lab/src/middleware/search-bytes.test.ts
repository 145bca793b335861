import { expect, test } from 'vitest'
import { foundIn, needleOf } from './search-bytes.ts'

const text = 'what nobody but its readers may know'
const needle = needleOf('secret', text)

test('a text is found as it is, in hex, and in base64 wherever it stands', () => {
  for (const before of ['', 'a', 'ab', 'abc', 'abcd'])
    for (const encoding of ['utf8', 'hex', 'base64', 'base64url', 'utf16le'] as const) {
      const bytes = Buffer.from(Buffer.from(`${before}${text}after`).toString('utf8'))
      const kept = encoding === 'utf16le' ? Buffer.from(text, 'utf16le') : bytes
      const shown = ['utf8', 'utf16le'].includes(encoding)
        ? kept
        : Buffer.from(bytes.toString(encoding))
      expect(foundIn(shown, [needle]), `${before} ${encoding}`).toEqual(['secret'])
    }
  expect(foundIn(Buffer.from('what nobody but its readers'), [needle])).toEqual([])
})

test('bytes, as a key is, are found as they are, in hex, and in base64 wherever they stand', () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 201) % 256)
  const needles = [needleOf('key', key)]
  for (const before of ['', 'a', 'ab', 'abc']) {
    const bytes = Buffer.concat([Buffer.from(before), key, Buffer.from('after')])
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      expect(foundIn(Buffer.from(bytes.toString(encoding)), needles), encoding).toEqual(['key'])
    expect(foundIn(bytes, needles)).toEqual(['key'])
  }
  expect(foundIn(Buffer.from(key.subarray(0, 31)), needles)).toEqual([])
})
