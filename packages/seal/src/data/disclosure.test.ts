import { sealedTopic } from '@interlock/contract'
import { fromBase64Url, toBase64Url, utf8, type PublicKey } from '@interlock/kernel'
import { createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { commitment } from './content.ts'
import {
  authorOf,
  dso,
  emsp,
  opened,
  samples,
  sealed,
  station,
  tools,
  type Sample,
} from './data.fixture.ts'
import { headOf } from './head.ts'
import { verifyDisclosure, withoutPayload, type Disclosure } from './disclosure.ts'

const { readers } = samples

function disclosed(sample: Sample = readers): Disclosure {
  const result = opened(sealed(sample), sample)
  if (!result.ok || result.value.disclosure === undefined) throw new Error('nothing to disclose')
  return result.value.disclosure
}
const judge = (shown: Disclosure, of = authorOf) => verifyDisclosure(shown, of, tools.crypto)

test('a reader proves to a third party what it received, from whom and when', () => {
  expect(judge(disclosed())).toMatchObject({
    ok: true,
    value: {
      head: { author: station.eui, seq: 1, purpose: 'billing' },
      payload: readers.data.payload,
    },
  })
  expect(judge(disclosed(samples.groupSigned))).toMatchObject({
    ok: true,
    value: { head: { author: dso.eui, epoch: 1 } },
  })
})

test('it may keep the payload to itself and prove the header; the salt keeps it from being guessed', () => {
  const shown = withoutPayload(disclosed())
  expect(JSON.stringify(shown)).not.toContain('payload')
  expect(judge(shown)).toEqual({ ok: true, value: { head: expect.objectContaining({ seq: 1 }) } })
  const again = withoutPayload(disclosed())
  expect(again.commitment).not.toBe(shown.commitment)
})

test('the reader cannot show another payload, header or author than it received', () => {
  const shown = disclosed()
  const salt = shown.opened?.salt ?? ''
  const payload = toBase64Url(utf8('{"transaction":"t1","record":"OCMF|{}|9"}'))
  expect(judge({ ...shown, opened: { salt, payload } })).toMatchObject({ reason: 'SealAltered' })
  const { commitment, head } = disclosed()
  expect(judge({ ...shown, commitment })).toMatchObject({ reason: 'SealSignature' })
  expect(head).not.toBe(shown.head)
  expect(judge({ ...shown, head })).toMatchObject({ reason: 'SealSignature' })
  const nobody = (): undefined => undefined
  expect(judge(shown, nobody)).toMatchObject({ reason: 'SealAuthor' })
  const forged = (): { eui: typeof dso.eui; role: 'station'; publicKey: PublicKey } => ({
    eui: dso.eui,
    role: 'station',
    publicKey: dso.key.publicKey,
  })
  expect(judge(shown, forged)).toMatchObject({ reason: 'SealAuthor' })
})

/** What somebody signs with the key of a good certificate and a program of its own. */
function forged(author: typeof dso, payload: unknown, change: object = {}): Disclosure {
  const { data } = readers
  const row = sealedTopic(data.topic.kind)
  if (row === undefined) throw new Error('no sealed topic')
  const more = { nonce: toBase64Url(new Uint8Array(12)), readers: [emsp.thumbprint] }
  const header = { ...headOf(data, author, row), ...more, ...change }
  const [head, salt] = [toBase64Url(utf8(JSON.stringify(header))), new Uint8Array(32)]
  const bytes = utf8(JSON.stringify(payload))
  const committed = toBase64Url(commitment(salt, bytes, tools.crypto))
  const signature = toBase64Url(tools.crypto.sign(author.key, utf8(`${head}.${committed}`)))
  const shown = { salt: toBase64Url(salt), payload: toBase64Url(bytes) }
  return { head, commitment: committed, signature, opened: shown }
}

test('attack: what its author may not say there proves nothing, as no reader takes it', () => {
  const { payload, expiresAt } = readers.data
  // The control: the same by who may.
  expect(judge(forged(station, payload))).toMatchObject({ ok: true, value: { payload } })
  const byOther = forged(dso, payload)
  expect(judge(byOther)).toMatchObject({ reason: 'SealForbidden' })
  expect(judge(withoutPayload(byOther))).toMatchObject({ reason: 'SealForbidden' })
  const asOther = forged(dso, payload, { role: 'station' })
  expect(judge(asOther)).toMatchObject({ reason: 'SealAuthor' })
  const forGood = forged(station, payload, { exp: expiresAt + 7 * 86_400_000 })
  expect(judge(forGood)).toMatchObject({ reason: 'SealLifetime' })
  expect(judge(forged(station, { wattHours: [99_999] }))).toMatchObject({ reason: 'SealContent' })
})

test('a MAC proves nothing to a third party', () => {
  const shown = { ...disclosed(), head: sealed(samples.groupMac).head }
  expect(judge(shown)).toMatchObject({ reason: 'SealSignature' })
})

test('any library of JOSE verifies it: ES256 over header and commitment', () => {
  const { head, commitment, signature } = disclosed()
  const key = createPublicKey({
    key: Buffer.from(station.key.publicKey.spki),
    format: 'der',
    type: 'spki',
  })
  const bytes = fromBase64Url(signature) ?? new Uint8Array()
  const signed = utf8(`${head}.${commitment}`)
  expect(verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes)).toBe(true)
})
