import { fitsTopic, type SealHead, type SealRefusal } from '@interlock/contract'
import {
  fromBase64Url,
  ok,
  refused,
  sameBytes,
  toBase64Url,
  utf8,
  type Crypto,
  type Outcome,
  type PublicKey,
} from '@interlock/kernel'
import { detachedInput } from '../jws.ts'
import { parseStrictJson } from '../strict-json.ts'
import { commitment, type Content } from './content.ts'
import { readHead, whyNotBy, type KnownAuthor } from './head.ts'

/**
 * What a reader shows to a third party to prove what it received: one message, and nothing of any
 * other. Without `opened` it proves author, topic, sequence, time and readers alone. `head`,
 * `commitment` and `signature` are a JWS with a detached payload (RFC 7515 appendix F), which any
 * JOSE library verifies. All members are base64url.
 */
export type Disclosure = {
  readonly head: string
  /** SHA-256 over salt and payload. */
  readonly commitment: string
  readonly signature: string
  readonly opened?: { readonly salt: string; readonly payload: string }
}

/** @param value parsed JSON, of whoever shows it; `undefined` for what is no disclosure. */
export function readDisclosure(value: unknown): Disclosure | undefined {
  const { head, commitment, signature, opened } = fieldsOf(value)
  if (typeof head !== 'string' || typeof commitment !== 'string' || typeof signature !== 'string')
    return undefined
  if (opened === undefined) return { head, commitment, signature }
  const { salt, payload } = fieldsOf(opened)
  return typeof salt === 'string' && typeof payload === 'string'
    ? { head, commitment, signature, opened: { salt, payload } }
    : undefined
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** `undefined` for a message whose topic has no signatures, and for one that its author has not signed. */
export function disclosureOf(
  head: string,
  { salt, signature, payload }: Content,
  author: PublicKey,
  crypto: Crypto,
): Disclosure | undefined {
  if (signature === undefined) return undefined
  const committed = commitment(salt, payload, crypto)
  if (!crypto.verify(author, detachedInput(head, committed), signature)) return undefined
  return {
    head,
    // Few readers ever show one; until then nothing of it is written.
    get commitment() {
      return toBase64Url(committed)
    },
    get signature() {
      return toBase64Url(signature)
    },
    get opened() {
      return { salt: toBase64Url(salt), payload: toBase64Url(payload) }
    },
  }
}

/** The same proof without the payload, and without a way to guess it. */
export const withoutPayload = ({ head, commitment, signature }: Disclosure): Disclosure => ({
  head,
  commitment,
  signature,
})

/** What a signature covers, of texts that are base64url already (RFC 7515 §5.1). */
const signedBytes = (head: string, commitment: string): Uint8Array => utf8(`${head}.${commitment}`)

function signatureHolds(
  { head, commitment, signature }: Disclosure,
  author: PublicKey,
  crypto: Crypto,
): boolean {
  const bytes = fromBase64Url(signature)
  return bytes !== undefined && crypto.verify(author, signedBytes(head, commitment), bytes)
}

/**
 * Judges a disclosure as a third party: it trusts neither the reader nor whoever carried the message. What no reader would
 * take, for it is not its author's to say, proves nothing.
 * @param authorOf the holder of a certificate, as it was when the message was sealed
 * @returns the header, and the payload unless it was left out
 */
export function verifyDisclosure(
  disclosure: Disclosure,
  authorOf: (thumbprint: string) => KnownAuthor | undefined,
  crypto: Crypto,
): Outcome<{ readonly head: SealHead; readonly payload?: unknown }, SealRefusal> {
  const read = readHead(disclosure.head)
  if (!read.ok) return read
  const { head, topic } = read.value
  if (head.alg !== 'ES256') return refused('SealSignature', 'a MAC proves nothing to others')
  const author = authorOf(head['x5t#S256'])
  const problem = whyNotBy(author, read.value)
  if (problem !== undefined || author === undefined) return refused(problem ?? 'SealAuthor')
  if (!signatureHolds(disclosure, author.publicKey, crypto)) return refused('SealSignature')
  if (disclosure.opened === undefined) return ok({ head })
  const salt = fromBase64Url(disclosure.opened.salt)
  const bytes = fromBase64Url(disclosure.opened.payload)
  const committed = fromBase64Url(disclosure.commitment)
  if (salt === undefined || bytes === undefined || committed === undefined)
    return refused('SealMalformed')
  if (!sameBytes(commitment(salt, bytes, crypto), committed)) return refused('SealAltered')
  const payload = parseStrictJson(bytes)
  if (!payload.ok || !fitsTopic(topic.kind, payload.value)) return refused('SealContent')
  return ok({ head, payload: payload.value })
}
