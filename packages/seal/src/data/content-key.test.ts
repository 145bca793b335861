import { concat, fromBase64Url, pointBytes, toBase64Url, utf8 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { hpkeRecipient, hpkeSender } from '../hpke/hpke.ts'
import { unwrap, wrapFor } from './content-key.ts'
import { dso, otherCsms, readerOf, tools } from './data.fixture.ts'

const { crypto } = tools
const contentKey = new Uint8Array(32).fill(7)
const head = utf8('{"head":1}')
const info = utf8('interlock seal 1 content key')
const none = new Uint8Array()

test('a content key is wrapped for one header, and opens under no other', () => {
  const wrapped = wrapFor(readerOf(dso), contentKey, head, crypto)
  expect(unwrap(wrapped, dso.key, head, crypto)).toEqual(contentKey)
  for (const other of [utf8('{"head":2}'), none])
    expect(unwrap(wrapped, dso.key, other, crypto)).toBeUndefined()
  expect(unwrap(wrapped, otherCsms.key, head, crypto)).toBeUndefined()
})

test('the header is additional data at both ends, as another implementation of RFC 9180 has it', () => {
  const wrapped = fromBase64Url(wrapFor(readerOf(dso), contentKey, head, crypto)) ?? none
  const [encapsulated, sealed] = [wrapped.subarray(0, pointBytes), wrapped.subarray(pointBytes)]
  const opens = (additional: Uint8Array) =>
    hpkeRecipient(encapsulated, dso.key, info, 'A256GCM', crypto)?.open(additional, sealed)
  expect(opens(head)).toEqual(contentKey)
  expect(opens(none)).toBeUndefined()

  const unwrapped = (additional: Uint8Array) => {
    const sender = hpkeSender(readerOf(dso).publicKey, info, 'A256GCM', crypto)
    const text = toBase64Url(
      concat(sender.encapsulated, sender.context.seal(additional, contentKey)),
    )
    return unwrap(text, dso.key, head, crypto)
  }
  expect(unwrapped(head)).toEqual(contentKey)
  expect(unwrapped(none)).toBeUndefined()
})
