import type { FlattenedJws } from '@interlock/contract'
import {
  fromBase64,
  fromBase64Url,
  ok,
  refused,
  toBase64,
  type Crypto,
  type Outcome,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import { is, isDigest, type Rule } from './header-rules.ts'
import { asFlattened, decodeJws, isMembers, signFlattened, type Members } from './jws.ts'
import { parseStrictJson } from './strict-json.ts'

/** The shape of each member; none may be missing and no other be there. */
export type MemberRules = Readonly<Record<string, Rule>>

/** A statement after parsing: every member has its shape, and nothing is verified yet. */
type SignedStatement = {
  readonly header: Members
  readonly body: Members
  /** What the signature covers. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

/** Reads a flattened JWS whose header and body have exactly the members of the rules. */
function readStatement(
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

/** Certificates that travel along: the signer's and its issuer's. */
const chainMax = 2
const certificateCharsMax = 10_000

/** A chain as it travels, base64 of DER, signer first (RFC 7515, 4.1.6). */
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
export const encodeChain = (chain: readonly Uint8Array[]): readonly string[] =>
  chain.slice(0, chainMax).map(toBase64)
/** Of one that {@link isChain} holds for: DER. */
export const decodeChain = (chain: unknown): readonly Uint8Array[] =>
  (chain as readonly string[]).flatMap((each) => fromBase64(each) ?? [])

/** Signs a statement of that type for readers who have pinned the signer: {@link verifyStatement}. */
export const signPinned = (
  type: string,
  body: object,
  signer: { readonly key: PrivateKey; readonly thumbprint: string },
  crypto: Crypto,
): FlattenedJws => {
  const header = { alg: 'ES256', typ: type, 'x5t#S256': signer.thumbprint }
  return signFlattened(header, body, signer.key, crypto)
}

/** Signs a statement of that type for readers who know only the root: the chain travels along. */
export const signWithChain = (
  type: string,
  body: object,
  signer: { readonly key: PrivateKey; readonly chain: readonly Uint8Array[] },
  crypto: Crypto,
): FlattenedJws => {
  const header = { alg: 'ES256', typ: type, x5c: encodeChain(signer.chain) }
  return signFlattened(header, body, signer.key, crypto)
}

/** Read, and verified by nobody yet. `chain` is DER, signer first. */
export type Carried<Statement> = {
  readonly statement: Statement
  readonly chain: readonly Uint8Array[]
  /** What the signature covers. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

/** Reads what {@link signWithChain} made; whoever acts on it verifies signer and signature. */
export function readWithChain<Statement>(
  value: unknown,
  type: string,
  bodyRules: MemberRules,
  statementOf: (body: Members) => Statement,
): Outcome<Carried<Statement>, 'Malformed'> {
  const read = readStatement(value, { alg: is('ES256'), typ: is(type), x5c: isChain }, bodyRules)
  if (!read.ok) return read
  const { header, body, signed, signature } = read.value
  return ok({
    statement: statementOf(body),
    chain: decodeChain(header['x5c']),
    signed,
    signature,
  })
}
