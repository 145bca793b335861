import {
  fromBase64,
  fromBase64Url,
  ok,
  refused,
  type Crypto,
  type Outcome,
  type PublicKey,
} from '@interlock/kernel'
import { is, isDigest, type Rule } from './header-rules.ts'
import { asFlattened, decodeJws, isMembers, type Members } from './jws.ts'
import { parseStrictJson } from './strict-json.ts'

/** The shape of each member; none may be missing and no other be there. */
export type MemberRules = Readonly<Record<string, Rule>>

/** A statement after parsing: every member has its shape, and nothing is verified yet. */
export type SignedStatement = {
  readonly header: Members
  readonly body: Members
  /** What the signature covers. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

/** Reads a flattened JWS whose header and body have exactly the members of the rules. */
export function readStatement(
  value: unknown,
  headerRules: MemberRules,
  bodyRules: MemberRules,
): Outcome<SignedStatement, 'Malformed'> {
  const jws = asFlattened(value)
  if (!jws.ok) return jws
  const decoded = decodeJws(jws.value.protected, jws.value.payload, jws.value.signature)
  if (!decoded.ok) return decoded
  const { header, signed, signature } = decoded.value
  const payload = fromBase64Url(jws.value.payload)
  const body = payload === undefined ? undefined : parseStrictJson(payload)
  if (body?.ok !== true || !fits(body.value, bodyRules) || !fits(header, headerRules))
    return refused('Malformed', 'not the agreed members')
  return ok({ header, body: body.value, signed, signature })
}

/** Somebody whose key is pinned, by the digest of its certificate. */
export type PinnedSigner = { readonly thumbprint: string; readonly publicKey: PublicKey }
export type StatementProblem = 'Malformed' | 'SignerUnknown' | 'SignatureInvalid'

/** Reads a statement of that type and checks that one of `signers` has signed it. */
export function verifyStatement(
  value: unknown,
  type: string,
  bodyRules: MemberRules,
  signers: readonly PinnedSigner[],
  crypto: Crypto,
): Outcome<Members, StatementProblem> {
  const header = { alg: is('ES256'), typ: is(type), 'x5t#S256': isDigest }
  const read = readStatement(value, header, bodyRules)
  if (!read.ok) return read
  const { header: named, body, signed, signature } = read.value
  const signer = signers.find(({ thumbprint }) => thumbprint === named['x5t#S256'])
  if (signer === undefined) return refused('SignerUnknown')
  return crypto.verify(signer.publicKey, signed, signature) ? ok(body) : refused('SignatureInvalid')
}

/** Exactly the members of the table, each in its shape. */
export function fits(value: unknown, rules: MemberRules): value is Members {
  return (
    isMembers(value) &&
    Object.keys(value).length === Object.keys(rules).length &&
    Object.entries(rules).every(([name, rule]) => rule(value[name]))
  )
}

/** Certificates that travel in a header: the signer's and its issuer's. */
export const chainMax = 2
const certificateCharsMax = 10_000

/** A chain in a header, base64 of DER, signer first (RFC 7515, 4.1.6). */
export const isChain: Rule = (value) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= chainMax &&
  value.every(
    (each) =>
      typeof each === 'string' &&
      each.length <= certificateCharsMax &&
      fromBase64(each) !== undefined,
  )

/** The same as DER. */
export const chainIn = ({ header }: SignedStatement): readonly Uint8Array[] =>
  (header['x5c'] as readonly string[]).flatMap((each) => fromBase64(each) ?? [])
