import {
  countersignatureExtensions,
  type Countersignature,
  type CountersignatureHeader,
  type FlattenedJws,
} from '@interlock/contract'
import {
  instant,
  ok,
  refused,
  toBase64Url,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { critListsExactly, decodeJws, messageBytes, signDetached, type Members } from './jws.ts'
import { is, isDigest, isEui, isSeconds, isWhole, matches, type Rule } from './header-rules.ts'

/** What the supervisor says when it seconds a command. */
export type CountersignatureToSign = {
  readonly org: Eui64
  readonly thumbprint: string
  /** The ledger reservation that pays for the command. */
  readonly reservation: string
  /** Counters of the statements whose charging hours it was charged by; 0: those that it was sold with. */
  readonly hours: readonly number[]
  /** Cut to whole seconds. */
  readonly expiresAt: Instant
}

/**
 * Adds the supervisor's countersignature: a detached JWS over `protected.payload.signature` of the
 * originator's, in the unprotected header.
 */
export function countersign(
  jws: FlattenedJws,
  second: CountersignatureToSign,
  key: PrivateKey,
  crypto: Crypto,
): FlattenedJws {
  const header: CountersignatureHeader = {
    alg: 'ES256',
    'x5t#S256': second.thumbprint,
    crit: countersignatureExtensions,
    role: 'supervisor',
    org: second.org,
    rsv: second.reservation,
    hrs: second.hours,
    exp: Math.floor(second.expiresAt / 1000),
  }
  return {
    payload: jws.payload,
    protected: jws.protected,
    signature: jws.signature,
    header: { countersignature: signDetached(header, messageBytes(jws), key, crypto) },
  }
}

/** Reads a countersignature over `content`; unverified until gate 3. */
export function parseCountersignature(
  text: string,
  content: Uint8Array,
): Outcome<Countersignature, 'Malformed' | 'CritMissing'> {
  const [head, detached, signature, ...rest] = text.split('.')
  if (detached !== '' || rest.length > 0) return refused('Malformed', 'countersignature')
  const decoded = decodeJws(head, toBase64Url(content), signature)
  if (!decoded.ok) return decoded
  const { header } = decoded.value
  if (!critListsExactly(header, countersignatureExtensions))
    return refused('CritMissing', 'countersignature')
  const names = Object.keys(header)
  const bad = names.find((name) => rules[name]?.(header[name]) !== true)
  if (bad !== undefined || names.length !== Object.keys(rules).length)
    return refused('Malformed', `countersignature ${bad ?? 'lacks a member'}`)
  return ok(fieldsOf(header, decoded.value.signed, decoded.value.signature))
}

/** What it holds, and what it may have been given since. */
const hoursMax = 2
const isHours: Rule = (value) =>
  Array.isArray(value) && value.length > 0 && value.length <= hoursMax && value.every(isWhole)

const rules: Readonly<Record<string, Rule>> = {
  alg: is('ES256'),
  'x5t#S256': isDigest,
  crit: Array.isArray,
  role: is('supervisor'),
  org: isEui,
  rsv: matches(/^[A-Za-z0-9_-]{8,64}$/),
  hrs: isHours,
  exp: isSeconds,
}

const fieldsOf = (
  header: Members,
  signed: Uint8Array,
  signature: Uint8Array,
): Countersignature => ({
  signer: String(header['x5t#S256']),
  organisation: String(header['org']) as Eui64,
  reservation: String(header['rsv']),
  hours: header['hrs'] as readonly number[],
  expiresAt: instant(Number(header['exp']) * 1000),
  signed,
  signature,
})
