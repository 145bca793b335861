import type { FlattenedJws } from '@interlock/contract'
import {
  fromBase64Url,
  ok,
  refused,
  toBase64Url,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import { is, isDigest, isEui, isSeconds, matches, type Rule } from './header-rules.ts'
import { asFlattened, critListsExactly, decodeJws, messageBytes, signFlattened } from './jws.ts'
import { parseStrictJson } from './strict-json.ts'

const extensions = ['org', 'role', 'req', 'iat'] as const

/** Who answers, and when. */
export type Replier = {
  readonly action: string
  readonly org: Eui64
  readonly thumbprint: string
  readonly at: Instant
}

/** What a request is known by in its reply: SHA-256 of it, base64url. */
export const requestDigest = (request: FlattenedJws, crypto: Crypto): string =>
  toBase64Url(crypto.sha256(messageBytes(request)))

/** A signed answer, bound to the signed request (a signed request gets a signed reply, Part 4 §7.2). */
export function signReply(
  payload: unknown,
  request: FlattenedJws,
  replier: Replier,
  key: PrivateKey,
  crypto: Crypto,
): FlattenedJws {
  const header = {
    alg: 'ES256',
    'x5t#S256': replier.thumbprint,
    OCPPAction: replier.action,
    OCPPMessageTypedId: '3',
    crit: extensions,
    org: replier.org,
    role: 'station',
    req: requestDigest(request, crypto),
    iat: Math.floor(replier.at / 1000),
  }
  return signFlattened(header, payload, key, crypto)
}

export type ReplyProblem = 'ReplyMalformed' | 'ReplySigner' | 'ReplySignature' | 'ReplyToAnother'

/** Checks that `signer` answered exactly this request; returns the answer's payload. */
export function verifyReply(
  reply: unknown,
  request: FlattenedJws,
  signer: { readonly thumbprint: string; readonly publicKey: PublicKey },
  crypto: Crypto,
): Outcome<unknown, ReplyProblem> {
  const flattened = asFlattened(reply)
  if (!flattened.ok) return refused('ReplyMalformed', flattened.detail)
  const { value: message } = flattened
  const decoded = decodeJws(message.protected, message.payload, message.signature)
  if (!decoded.ok) return refused('ReplyMalformed', decoded.detail)
  const { header, signed, signature } = decoded.value
  const names = Object.keys(header)
  const bad = names.find((name) => rules[name]?.(header[name]) !== true)
  if (bad !== undefined || names.length !== Object.keys(rules).length)
    return refused('ReplyMalformed', `header ${bad ?? 'lacks a member'}`)
  if (!critListsExactly(header, extensions)) return refused('ReplyMalformed', 'crit')
  if (header['x5t#S256'] !== signer.thumbprint) return refused('ReplySigner')
  if (!crypto.verify(signer.publicKey, signed, signature)) return refused('ReplySignature')
  if (header['req'] !== requestDigest(request, crypto)) return refused('ReplyToAnother')
  const bytes = fromBase64Url(message.payload)
  const payload = bytes === undefined ? refused('Malformed') : parseStrictJson(bytes)
  return payload.ok ? ok(payload.value) : refused('ReplyMalformed', 'payload')
}

const rules: Readonly<Record<string, Rule>> = {
  alg: is('ES256'),
  'x5t#S256': isDigest,
  OCPPAction: matches(/^[A-Za-z0-9]{1,64}$/),
  OCPPMessageTypedId: is('3'),
  crit: Array.isArray,
  org: isEui,
  role: is('station'),
  req: isDigest,
  iat: isSeconds,
}
