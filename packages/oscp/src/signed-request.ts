import {
  instant,
  ok,
  refused,
  toBase64Url,
  utf8,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import { critListsExactly, decodeJws, signDetached, type Members } from '@interlock/seal'
import { headerNames } from './headers.ts'
import { oscpLimits } from './limits.ts'
import type { HttpMessage } from './read-request.ts'
import type { OscpRefusal } from './refusals.ts'

/**
 * OSCP itself relies on TLS and a token: whoever holds the token, or ends the TLS, can say what the
 * feeder bears. So each request carries a detached JWS (ES256) in `x-interlock-signature`, over the
 * body as it travels; its protected header binds the rest of the request, both parties and the time.
 */
export type Signer = {
  readonly thumbprint: string
  readonly key: PrivateKey
}
/** The certificate pinned for a peer: it names the organisation, so a request names the certificate alone. */
export type PinnedPeer = {
  readonly org: Eui64
  readonly thumbprint: string
  readonly publicKey: PublicKey
}

const type = 'interlock-oscp'
const extensions = ['to', 'req', 'iat'] as const

/** What of a request is bound besides its body, in one spelling. */
const boundOf = ({ method, path, headers }: HttpMessage): string =>
  [
    method,
    path,
    ...[
      headerNames.requestId,
      headerNames.correlationId,
      headerNames.segmentIndex,
      headerNames.segmentCount,
    ].map((name) => headers[name] ?? ''),
  ].join('\n')

/** The value of `x-interlock-signature`. */
export const signRequest = (
  request: HttpMessage,
  to: Eui64,
  signer: Signer,
  at: Instant,
  crypto: Crypto,
): string =>
  signDetached(
    {
      alg: 'ES256',
      typ: type,
      'x5t#S256': signer.thumbprint,
      crit: extensions,
      to,
      req: boundOf(request),
      iat: Math.floor(at / 1000),
    },
    utf8(request.body),
    signer.key,
    crypto,
  )

/** Whose word it must be, to whom, and which of it has been heard. */
export type Listener = {
  readonly peer: PinnedPeer
  readonly us: Eui64
  readonly memory: RequestMemory
}

/** Verifies who said this very request to us, just now and for the first time. */
export function verifyRequest(
  request: HttpMessage,
  { peer, us, memory }: Listener,
  now: Instant,
  crypto: Crypto,
): Outcome<undefined, OscpRefusal> {
  const text = request.headers[headerNames.signature]
  if (text === undefined) return refused('SignatureMissing')
  const [head, detached, signature, ...rest] = text.split('.')
  if (detached !== '' || rest.length > 0) return refused('SignatureMalformed', 'not detached')
  const decoded = decodeJws(head, toBase64Url(utf8(request.body)), signature)
  if (!decoded.ok) return refused('SignatureMalformed', decoded.detail)
  const { header, signed, signature: value } = decoded.value
  if (!isOurs(header)) return refused('SignatureMalformed', 'not the agreed header')
  if (header['x5t#S256'] !== peer.thumbprint) return refused('SignerWrong')
  if (!crypto.verify(peer.publicKey, signed, value)) return refused('SignatureInvalid')
  if (header['to'] !== us || header['req'] !== boundOf(request)) return refused('SignedForAnother')
  const at = instant(Number(header['iat']) * 1000)
  if (at > now + oscpLimits.signatureAheadMillisMax || at < now - oscpLimits.signatureAgeMillisMax)
    return refused('SignatureExpired')
  return memory.remember(request.headers[headerNames.requestId] ?? '', at, now)
}

const names = ['alg', 'typ', 'x5t#S256', 'crit', ...extensions]
const isOurs = (header: Members): boolean =>
  Object.keys(header).length === names.length &&
  header['alg'] === 'ES256' &&
  header['typ'] === type &&
  critListsExactly(header, extensions) &&
  Number.isSafeInteger(header['iat'])

export type RequestMemory = {
  /** Refused when `id` has been remembered, or was signed before anything was. */
  remember(
    id: string,
    signedAt: Instant,
    now: Instant,
  ): Outcome<undefined, 'Replayed' | 'SignatureExpired' | 'TooManyRequests'>
}

/**
 * Remembers the requests of one peer for as long as they could be repeated. What was signed before it
 * began to, it takes for heard: so nothing is repeated across a restart.
 */
export function createRequestMemory(since: Instant): RequestMemory {
  const until = new Map<string, number>()
  const began = Math.floor(since / 1000) * 1000
  return {
    remember(id, signedAt, now) {
      if (signedAt < began) return refused('SignatureExpired', 'signed before the start')
      if ((until.get(id) ?? -Infinity) >= now) return refused('Replayed', id)
      for (const [old, end] of until) {
        if (end >= now) break
        until.delete(old)
      }
      if (until.size >= oscpLimits.requestsRememberedMax) return refused('TooManyRequests')
      until.set(id, signedAt + oscpLimits.signatureAgeMillisMax)
      return ok(undefined)
    },
  }
}
