import {
  fromBase64Url,
  millis,
  ok,
  refused,
  type Crypto,
  type Instant,
  type Outcome,
  type PublicKey,
} from '@interlock/kernel'
import {
  challengeDigest,
  responseBytes,
  type Challenge,
  type ChallengePurpose,
} from './challenge.ts'
import type { DriverRefusal } from './refusals.ts'

/** A card's response with what it responds to: whoever has the token's key can check it. */
export type DriverProof = {
  /** Hex in capitals. */
  readonly uid: string
  readonly challenge: Challenge
  /** The card's own count. */
  readonly counter: number
  /** r‖s, base64url. */
  readonly signature: string
}

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

/** A card counts up: what is not above the last one seen is a repeat, or comes from a copy. */
export const isNextCounter = (last: number | undefined, counter: number): boolean =>
  last === undefined || counter > last
