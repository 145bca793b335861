import {
  canonicalJson,
  concat,
  fromBase64Url,
  inMinutes,
  ok,
  refused,
  toBase64Url,
  utf8,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { clockAheadMax, type OwnerKeyOf } from './consent-ledger.ts'
import { thumbprintOf } from './statement.ts'

/** An owner's question what was said of its charger: for whoever keeps the ledger, and carried by whoever may. */
export const ConsentQuestion = Type.Object(
  {
    station: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
    /** By the owner's clock, ms since 1970. */
    at: Type.Integer({ minimum: 0, maximum: 8.64e15 }),
    /** Thumbprint of the owner's key. */
    signer: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
    /** ECDSA P-256, r‖s, base64url, over `interlock-consents` and station and time as JSON of one spelling. */
    signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }),
  },
  { additionalProperties: false },
)
export type ConsentQuestion = Static<typeof ConsentQuestion>
const shape = Compile(ConsentQuestion)

/** For so long it may be on its way. */
export const questionMillisMax = inMinutes(10)

const signedBytes = (station: string, at: number): Uint8Array =>
  concat(utf8('interlock-consents'), utf8(canonicalJson({ station, at })))

export const askConsents = (
  station: Eui64,
  at: Instant,
  key: PrivateKey,
  crypto: Crypto,
): ConsentQuestion => ({
  station,
  at,
  signer: thumbprintOf(key.publicKey, crypto),
  signature: toBase64Url(crypto.sign(key, signedBytes(station, at))),
})

/** @param value parsed JSON */
export const readQuestion = (value: unknown): Outcome<ConsentQuestion, 'ConsentMalformed'> =>
  shape.Check(value) ? ok(value) : refused('ConsentMalformed', 'no question of an owner')

export type QuestionProblem = 'ConsentForged' | 'ConsentFromFuture' | 'QuestionOver'

/** Why it is not answered; `undefined` for that of an owner of today, and of this hour. */
export function whyNotAnswered(
  { station, at, signer, signature }: ConsentQuestion,
  ownerKeyOf: OwnerKeyOf,
  now: Instant,
  crypto: Crypto,
): QuestionProblem | undefined {
  const [key, bytes] = [ownerKeyOf(signer), fromBase64Url(signature)]
  const isSigned =
    key !== undefined && bytes !== undefined && crypto.verify(key, signedBytes(station, at), bytes)
  if (!isSigned) return 'ConsentForged'
  if (at > now + clockAheadMax) return 'ConsentFromFuture'
  return at < now - questionMillisMax ? 'QuestionOver' : undefined
}
