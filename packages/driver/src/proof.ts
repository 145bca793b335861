import {
  fromBase64Url,
  millis,
  ok,
  refused,
  toBase64Url,
  type Crypto,
  type Instant,
  type Outcome,
  type PublicKey,
} from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { challengeDigest, responseBytes, type ChallengePurpose } from './challenge.ts'
import { FreshNumber } from './fresh-number.ts'
import type { DriverRefusal } from './refusals.ts'

const strict = { additionalProperties: false }

/** A card's response with what it responds to: whoever has the token's key can check it. */
export const DriverProof = Type.Object(
  {
    /** Hex in capitals. */
    uid: Type.String({ pattern: '^([0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$' }),
    challenge: Type.Object(
      {
        station: Type.String({ minLength: 1, maxLength: 48 }),
        at: Type.Unsafe<Instant>(Type.Integer({ minimum: 0, maximum: 8.64e15 })),
        nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
        purpose: Type.Unsafe<ChallengePurpose>(
          Type.String({ pattern: '^(charge|agree:[A-Za-z0-9_-]{43})$' }),
        ),
        fresh: Type.Optional(FreshNumber),
      },
      strict,
    ),
    /** The card's own count. */
    counter: Type.Integer({ minimum: 1, maximum: 0xffffffff }),
    /** r‖s, base64url. */
    signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }),
  },
  strict,
)
export type DriverProof = Static<typeof DriverProof>

/** What whoever checks knows himself. */
export type Expected = {
  readonly station: string
  /** When the card was at the reader, by whoever reports it. */
  readonly at: Instant
  readonly purpose: ChallengePurpose
}

/** How far the moment of the challenge and that of its report may lie apart. */
export const proofMillisMax = millis(60_000)

/**
 * Whether the key of the token made this response, at that station, then, for that purpose. Whether it
 * is the first time is for the counter to say ({@link isNextCounter}).
 */
export function verifyProof(
  { challenge, counter, signature }: DriverProof,
  key: PublicKey,
  expected: Expected,
  crypto: Crypto,
): Outcome<void, DriverRefusal> {
  if (challenge.station !== expected.station) return refused('ProofElsewhere', challenge.station)
  if (challenge.purpose !== expected.purpose) return refused('ProofForOther', challenge.purpose)
  if (Math.abs(challenge.at - expected.at) > proofMillisMax)
    return refused('ProofStale', `${challenge.at - expected.at} ms`)
  const bytes = fromBase64Url(signature)
  if (bytes === undefined) return refused('ProofMalformed')
  const { signed } = responseBytes(counter, challengeDigest(challenge, crypto))
  return crypto.verify(key, signed, bytes) ? ok(undefined) : refused('ProofInvalid')
}

/**
 * Which response of its count it is: the challenge that it answers (SHA-256, base64url). Its signature does not say, for
 * whoever has one can make another that verifies as well (n − s for s), and cards give out either.
 */
export const answeredTo = ({ challenge }: DriverProof, crypto: Pick<Crypto, 'sha256'>): string =>
  toBase64Url(challengeDigest(challenge, crypto))

/** A card counts up: what is not above the last one seen is a repeat, or comes from a copy. */
export const isNextCounter = (last: number | undefined, counter: number): boolean =>
  last === undefined || counter > last
