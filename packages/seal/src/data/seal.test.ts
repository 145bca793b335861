import {
  isSealHead,
  limits,
  topicName,
  type SealHead,
  type SealedMessage,
} from '@interlock/contract'
import { concat, fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  at,
  csms,
  dso,
  emsp,
  epoch,
  opened,
  openerOf,
  otherCsms,
  party,
  readerOf,
  samples,
  sealed,
  tampered,
  tools,
  topicOf,
} from './data.fixture.ts'
import { groupKey } from './content-key.ts'
import { sealData } from './seal.ts'

const headOf = ({ head }: SealedMessage): SealHead => {
  const read: unknown = JSON.parse(fromUtf8(fromBase64Url(head) ?? new Uint8Array()))
  if (!isSealHead(read)) throw new Error('no header')
  return read
}
const withHead = (message: SealedMessage, change: object): SealedMessage => ({
  ...message,
  head: toBase64Url(utf8(JSON.stringify({ ...headOf(message), ...change }))),
})
const none = new Uint8Array()
const all = Object.entries(samples)
const { readers, groupSigned, groupMac, signed } = samples

test.each(all)('what is sealed for %s opens for its reader, as it was said', (_name, sample) => {
  const message = JSON.parse(JSON.stringify(sealed(sample))) as unknown
  expect(opened(message, sample)).toMatchObject({
    ok: true,
    value: { payload: sample.data.payload, topic: sample.data.topic },
  })
})

test.each(all)('of %s no byte can be changed without a refusal', (_name, sample) => {
  for (const [where, message] of tampered(sealed(sample))) {
    const result = opened(message, sample)
    // The key of another reader is not this reader's to judge.
    if (where.startsWith('key 0')) expect(result.ok, where).toBe(true)
    else if (result.ok) expect.fail(`${where} opened`)
  }
})

test('a carrier that makes up what it likes is refused without a throw', () => {
  const text = fc.oneof(
    fc.string(),
    fc.base64String().map((each) => each.replaceAll(/[=+/]/g, '')),
  )
  const message = fc.record({ head: text, body: text, keys: fc.array(text) })
  const head = sealed(readers).head
  const withRealHead = fc.record({ head: fc.constant(head), body: text, keys: fc.array(text) })
  fc.assert(
    fc.property(fc.oneof(fc.anything(), message, withRealHead), (made) => {
      expect(opened(made, readers).ok).toBe(false)
    }),
  )
})

test('what a carrier sees of a sealed topic holds nothing of the payload', () => {
  const secret = 'OCMF|a-secret-meter-record|{}'
  const data = { ...readers.data, payload: { transaction: 't1', record: secret } }
  const message = sealed({ ...readers, data })
  const seen = Object.values(message)
    .flat()
    .map((text) => Buffer.from(text, 'base64url').toString('latin1'))
  expect(seen.join(' ')).not.toContain('secret')
  expect(seen.join(' ')).toContain('ev/eastern/feeder-1/reading/one')
})

test.each(all)('%s: a message carried over to another topic is refused', (_name, sample) => {
  const { kind } = sample.data.topic
  const elsewhere = topicOf(kind, 'two')
  const message = sealed(sample)
  expect(opened(message, sample, { topic: elsewhere })).toMatchObject({ reason: 'SealTopic' })
  const renamed = withHead(message, { topic: 'ev/eastern/feeder-1/' + kind + '/two' })
  expect(opened(renamed, sample, { topic: elsewhere }).ok).toBe(false)
})

test('a message is for the readers it names, and nobody can be added', () => {
  const outsider = party('emsp')
  const message = sealed(readers)
  expect(opened(message, readers, { opener: openerOf(dso) }).ok).toBe(true)
  expect(opened(message, readers, { opener: openerOf(outsider) })).toMatchObject({
    reason: 'SealNotForUs',
  })
  const claimed = { ...openerOf(outsider), thumbprint: emsp.thumbprint }
  expect(opened(message, readers, { opener: claimed })).toMatchObject({ reason: 'SealAltered' })
  const added = withHead(message, { readers: [dso.thumbprint, outsider.thumbprint] })
  expect(opened(added, readers, { opener: openerOf(outsider) }).ok).toBe(false)
})

test.each([groupSigned, groupMac])('an epoch cannot be swapped for another', (sample) => {
  const message = sealed(sample)
  expect(opened(withHead(message, { epoch: 2 }), sample)).toMatchObject({ reason: 'SealAltered' })
  const opener = openerOf(sample.reader, { epochKey: () => undefined })
  expect(opened(message, sample, { opener })).toMatchObject({ reason: 'SealEpochUnknown' })
  const wrong = openerOf(sample.reader, { epochKey: () => ({ ...epoch(2), epoch: 1 }) })
  expect(opened(message, sample, { opener: wrong })).toMatchObject({ reason: 'SealAltered' })
})

test('a member may write as another under a MAC, and not where its topic has signatures', () => {
  // Whoever has the key of the epoch derives every author's key.
  const forged = (sample: typeof groupMac, payload: string) => {
    const message = sealed(sample)
    const body = fromBase64Url(message.body) ?? none
    const key = groupKey(epoch(1), headOf(message), tools.crypto)
    const nonce = fromBase64Url(headOf(message).nonce ?? '') ?? none
    const plain = tools.crypto.decrypt(key, nonce, utf8(message.head), body) ?? none
    const kept = plain.subarray(0, plain.lastIndexOf(utf8('{')[0] ?? 0))
    const changed = concat(kept, utf8(payload))
    const bytes = tools.crypto.encrypt(key, nonce, utf8(message.head), changed)
    return opened({ ...message, body: toBase64Url(bytes) }, sample)
  }
  const load = { at: at(0), watts: -1, chargers: 1 }
  expect(forged(groupMac, JSON.stringify(load))).toMatchObject({
    ok: true,
    value: { head: { author: csms.eui }, payload: load, disclosure: undefined },
  })
  const capacity = { from: at(0), watts: [9] }
  expect(forged(groupSigned, JSON.stringify(capacity))).toMatchObject({ reason: 'SealSignature' })
})

test('another author’s name is refused, with its certificate and without', () => {
  const message = sealed(groupMac)
  const other = { author: otherCsms.eui }
  expect(opened(withHead(message, other), groupMac)).toMatchObject({ reason: 'SealAuthor' })
  const both = { ...other, 'x5t#S256': otherCsms.thumbprint }
  expect(opened(withHead(message, both), groupMac)).toMatchObject({ reason: 'SealAltered' })
  const unknown = openerOf(dso, { authorOf: () => undefined })
  expect(opened(message, groupMac, { opener: unknown })).toMatchObject({ reason: 'SealAuthor' })
})

test('a role that may not publish a kind is refused, whatever it can sign', () => {
  // The publisher's own check aside: the thief holds a certificate of another role.
  const message = sealed(groupMac)
  const thief = openerOf(dso, {
    authorOf: () => ({ eui: csms.eui, role: 'emsp', publicKey: csms.key.publicKey }),
  })
  const claimed = withHead(message, { role: 'emsp' })
  expect(opened(claimed, groupMac, { opener: thief })).toMatchObject({ reason: 'SealForbidden' })
  expect(() => sealed({ ...groupMac, author: emsp })).toThrow('publishes load')
})

test('a holder of a certificate speaks in the role of that certificate, and in no other', () => {
  const message = sealed(groupMac)
  // The role that the header names may publish there; the author, whose key it is, has another.
  const asOther = openerOf(dso, {
    authorOf: () => ({ eui: csms.eui, role: 'emsp', publicKey: csms.key.publicKey }),
  })
  expect(opened(message, groupMac, { opener: asOther })).toMatchObject({ reason: 'SealAuthor' })
})

test('the key that authors of an epoch seal under is each one’s and each topic’s own', () => {
  const [key, topic, author] = [epoch(1), topicName(groupMac.data.topic), csms.eui]
  const keyOf = (of: Parameters<typeof groupKey>[1]) =>
    toBase64Url(groupKey({ ...key, key: Uint8Array.from(key.key) }, of, tools.crypto))
  const own = keyOf({ topic, author })
  expect(keyOf({ topic, author })).toBe(own)
  expect(keyOf({ topic, author: otherCsms.eui })).not.toBe(own)
  expect(keyOf({ topic: `${topic}2`, author })).not.toBe(own)
  const next = toBase64Url(groupKey({ ...key, epoch: 2 }, { topic, author }, tools.crypto))
  expect(next).not.toBe(own)
})

test('the protection of a topic is not the sender’s to choose', () => {
  const message = sealed(groupSigned)
  const weaker = withHead(message, { protection: 'groupMac', alg: 'A256GCM' })
  expect(opened(weaker, groupSigned)).toMatchObject({ reason: 'SealProtection' })
  const other = withHead(message, { purpose: 'billing' })
  expect(opened(other, groupSigned)).toMatchObject({ reason: 'SealProtection' })
})

test('a message is open between its instants, for no longer than its topic is kept', () => {
  const message = sealed(signed)
  expect(opened(message, signed, { now: at(60) }).ok).toBe(true)
  expect(opened(message, signed, { now: at(61) })).toMatchObject({ reason: 'SealExpired' })
  expect(opened(message, signed, { now: at(-31) })).toMatchObject({ reason: 'SealNotYetValid' })
  expect(() => sealed({ ...signed, data: { ...signed.data, expiresAt: at(61) } })).toThrow(
    'forgotten',
  )
  const longer = withHead(message, { exp: at(61) })
  expect(opened(longer, signed)).toMatchObject({ reason: 'SealLifetime' })
})

test('what does not fit its topic is neither sealed nor taken', () => {
  const data = { ...groupMac.data, payload: { at: 0, watts: 1, chargers: 0 } }
  expect(() => sealed({ ...groupMac, data })).toThrow('one of load')
  const message = sealed(groupMac)
  const key = groupKey(epoch(1), headOf(message), tools.crypto)
  const nonce = fromBase64Url(headOf(message).nonce ?? '') ?? new Uint8Array()
  const plain = concat(new Uint8Array(16), utf8('{"watts":1}'))
  const bytes = tools.crypto.encrypt(key, nonce, utf8(message.head), plain)
  expect(opened({ ...message, body: toBase64Url(bytes) }, groupMac)).toMatchObject({
    reason: 'SealContent',
  })
})

test.each([
  ['readers for a group', { ...groupMac, audience: { readers: [readerOf(dso)] } }],
  ['an epoch for named readers', { ...readers, audience: { epoch: epoch(1) } }],
  ['everyone for named readers', { ...readers, audience: 'everyone' as const }],
  [
    'a topic that stays in its process',
    { ...signed, data: { ...signed.data, topic: topicOf('state') } },
  ],
])('a publisher cannot choose %s', (_words, sample) => {
  expect(() => sealed(sample)).toThrow('assertion failed')
})

test('two seals of one payload have nothing in common but their header', () => {
  const [one, two] = [sealed(groupMac), sealed(groupMac)]
  expect(one.body).not.toBe(two.body)
  expect(headOf(one).nonce).not.toBe(headOf(two).nonce)
  expect({ ...headOf(one), nonce: '' }).toEqual({ ...headOf(two), nonce: '' })
})

test('any payload of its topic comes back', () => {
  const watts = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 1, maxLength: 192 })
  fc.assert(
    fc.property(watts, fc.nat(2 ** 40), fc.integer({ min: 1 }), (values, from, sequence) => {
      const payload = { from, watts: values }
      const data = { ...groupSigned.data, payload, sequence }
      const result = opened(sealData(data, dso, { epoch: epoch(1) }, tools), groupSigned)
      expect(result).toMatchObject({ ok: true, value: { payload, head: { seq: sequence } } })
    }),
    { numRuns: 40 },
  )
})

test('a message for as many readers as may be fits a frame', () => {
  const one = readerOf(emsp)
  const audience = { readers: Array.from({ length: limits.sealReadersMax }, () => one) }
  const text = JSON.stringify(sealed({ ...readers, audience }))
  expect(text.length).toBeLessThan(limits.frameBytesMax)
})
