import {
  canonicalJson,
  concat,
  fromBase64,
  fromBase64Url,
  instant,
  ok,
  refused,
  toBase64Url,
  utf8,
  type Crypto,
  type Instant,
  type Outcome,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { DriverRefusal } from './refusals.ts'

export const tokenStatuses = ['active', 'suspended', 'lost', 'expired'] as const
export type TokenStatus = (typeof tokenStatuses)[number]

const strict = { additionalProperties: false }
const At = Type.Integer({ minimum: 0, maximum: 8.64e15 })

/** What the register says of a token, for so long. */
const Statement = Type.Object(
  {
    uid: Type.String({ pattern: '^([0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$' }),
    contractId: Type.String({ pattern: '^[\\x21-\\x7e]{1,36}$' }),
    /** Country and party of its issuer, as OCPI writes them: `GB*INT`. */
    issuer: Type.String({ pattern: '^[A-Z]{2}\\*[A-Z0-9]{3}$' }),
    /** Its issuer's organisation, as certificates name it: to whom what its holder charges may be told. */
    provider: Type.Optional(Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })),
    status: Type.Enum([...tokenStatuses]),
    /** SPKI, base64; `null` for a token that has a number alone. */
    key: Type.Union([Type.String({ maxLength: 256 }), Type.Null()]),
    statedAt: At,
    /** After this nobody may rest on it. */
    until: At,
  },
  strict,
)
export type KeyStatement = Static<typeof Statement>

export const SignedKeyStatement = Type.Object(
  {
    statement: Statement,
    /** ECDSA P-256 by the register, r‖s, base64url. */
    signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }),
  },
  strict,
)
export type SignedKeyStatement = Static<typeof SignedKeyStatement>
const Shape = Compile(SignedKeyStatement)

const signedBytes = (statement: KeyStatement): Uint8Array =>
  concat(utf8('interlock-token-key'), utf8(canonicalJson(statement)))

export const signKeyStatement = (
  statement: KeyStatement,
  register: PrivateKey,
  crypto: Crypto,
): SignedKeyStatement => ({
  statement,
  signature: toBase64Url(crypto.sign(register, signedBytes(statement))),
})

/** Reads a value that came over a wire; nothing is verified yet. */
export const readKeyStatement = (value: unknown): SignedKeyStatement | undefined =>
  Shape.Check(value) ? value : undefined

/** Whether the register said it, and it still counts. Whoever carried it need not be believed. */
export function openKeyStatement(
  { statement, signature }: SignedKeyStatement,
  register: PublicKey,
  now: Instant,
  crypto: Crypto,
): Outcome<KeyStatement, DriverRefusal> {
  const bytes = fromBase64Url(signature)
  if (bytes === undefined || !crypto.verify(register, signedBytes(statement), bytes))
    return refused('KeyStatementForged')
  return now < statement.until ? ok(statement) : refused('KeyStatementExpired')
}

/** Why a token of that status does not count, if it does not. */
const byStatus: Readonly<Record<TokenStatus, DriverRefusal | undefined>> = {
  active: undefined,
  suspended: 'TokenSuspended',
  lost: 'TokenLost',
  expired: 'TokenExpired',
}
export const statusRefusal = (status: TokenStatus): DriverRefusal | undefined => byStatus[status]

/** The key itself; `undefined` for a token that has none. */
export function keyOf(
  { key }: Pick<KeyStatement, 'key'>,
  crypto: Pick<Crypto, 'publicKey'>,
): PublicKey | undefined {
  const spki = key === null ? undefined : fromBase64(key)
  return spki === undefined ? undefined : crypto.publicKey(spki)
}

/** Statements that a device keeps for when it hears from nobody. */
export type HeldStatements = readonly SignedKeyStatement[]
export const statementsHeldMax = 100

/** The latest statements, one for each token; one that says something older changes nothing. */
export function holdStatement(
  held: HeldStatements,
  offered: SignedKeyStatement,
): Outcome<HeldStatements, 'KeyStatementOlder'> {
  const { uid, statedAt } = offered.statement
  const before = held.find((each) => each.statement.uid === uid)
  if (before !== undefined && statedAt < before.statement.statedAt)
    return refused('KeyStatementOlder', uid)
  const others = held.filter((each) => each.statement.uid !== uid)
  return ok([...others, offered].slice(-statementsHeldMax))
}

/** What is held of a token and still counts. */
export const heldStatement = (
  held: HeldStatements,
  uid: string,
  now: Instant,
): KeyStatement | undefined =>
  held.find((each) => each.statement.uid === uid && now < instant(each.statement.until))?.statement
