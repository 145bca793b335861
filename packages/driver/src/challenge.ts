import {
  canonicalJson,
  concat,
  utf8,
  type Crypto,
  type Entropy,
  type Instant,
} from '@interlock/kernel'

/** What a station asks a card, once: where, when and what for is bound in. */
export type Challenge = {
  /** OCPP identity of the station whose reader asks. */
  readonly station: string
  readonly at: Instant
  /** 16 bytes, base64url: fresh for every tap. */
  readonly nonce: string
  /** What the driver taps for. */
  readonly purpose: ChallengePurpose
  /** The register's, by which others than who asks know when; absent where it could not be had at the tap. */
  readonly fresh?: string
}

/** To charge, or to agree to the text with that digest (SHA-256, base64url). */
export type ChallengePurpose = 'charge' | `agree:${string}`

export const nonceBytes = 16
/** Bytes of INTERNAL AUTHENTICATE. */
export const challengeBytes = 32
/** r‖s of P-256. */
export const signatureBytes = 64
export const counterBytes = 4

export const freshNonce = (entropy: Entropy): Uint8Array => entropy.bytes(nonceBytes)

/** The 32 bytes that go to the card: SHA-256 over `interlock-driver-challenge` and the challenge. */
export const challengeDigest = (challenge: Challenge, crypto: Pick<Crypto, 'sha256'>): Uint8Array =>
  crypto.sha256(concat(utf8('interlock-driver-challenge'), utf8(canonicalJson(challenge))))

/**
 * What a card signs: `interlock-driver-response`, its counter (32 bits) and the challenge. `head` is
 * what it says before the signature.
 */
export function responseBytes(
  counter: number,
  challenge: Uint8Array,
): { readonly head: Uint8Array; readonly signed: Uint8Array } {
  const head = new Uint8Array(counterBytes)
  new DataView(head.buffer).setUint32(0, counter)
  return { head, signed: concat(utf8('interlock-driver-response'), head, challenge) }
}
