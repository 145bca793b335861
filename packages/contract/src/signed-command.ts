import type { Eui64, Instant, Role } from '@interlock/kernel'

/**
 * The protected header of an OCPP `-Signed` message (OCPP 2.0.1 Part 4 §7.1) with the extensions a
 * supervised station demands. Every extension is listed in `crit`, so that a verifier which does not
 * know them must refuse the message (RFC 7515 §4.1.11).
 */
export type SignedHeader = {
  readonly alg: 'ES256'
  /** SHA-256 of the signer's certificate, DER, base64url. */
  readonly 'x5t#S256': string
  readonly OCPPAction: string
  /** The specification's own spelling. */
  readonly OCPPMessageTypedId: '2'
  readonly crit: readonly string[]
  /** EUI-64 of the organisation that signs. */
  readonly org: string
  readonly role: string
  /** EUI-64 of the station, `/`, EVSE id (0 for the station as a whole). */
  readonly tgt: string
  /** 64-bit counter, decimal, per originator, target and path. */
  readonly ctr: string
  /** Issued at, expires at: seconds since 1970 (RFC 7519 NumericDate, whole). */
  readonly iat: number
  readonly exp: number
  /** Absolute interval, in seconds since 1970, in which the change first takes effect. */
  readonly efx: readonly [number, number]
  /** SHA-256, base64url, of the signed pre-command this trigger relies on. */
  readonly arm?: string
}

export const signedExtensions = ['org', 'role', 'tgt', 'ctr', 'iat', 'exp', 'efx', 'arm'] as const

/** The protected header of a supervisor's countersignature. */
export type CountersignatureHeader = {
  readonly alg: 'ES256'
  readonly 'x5t#S256': string
  readonly crit: readonly string[]
  readonly role: 'supervisor'
  readonly org: string
  /** The ledger reservation that pays for the command. */
  readonly rsv: string
  /** Which of the charger's charging hours it was charged by: counters of its statements. */
  readonly hrs: readonly number[]
  readonly exp: number
}
export const countersignatureExtensions = ['role', 'org', 'rsv', 'hrs', 'exp'] as const

/** Flattened JWS (RFC 7515 §7.2.2): the payload of every `-Signed` action. */
export type FlattenedJws = {
  readonly payload: string
  readonly protected: string
  readonly signature: string
  /** Unprotected: carries the countersignature, a detached JWS `protected..signature`. */
  readonly header?: { readonly countersignature?: string }
}

/** The two ways of being seconded; each has a counter of its own. */
export type Path = 'countersigned' | 'armed'

/** A signed command after parsing at the door; nothing in it is verified yet. */
export type SignedCommand = {
  readonly action: string
  readonly payload: unknown
  readonly signer: string
  readonly organisation: Eui64
  readonly role: Role
  readonly target: { readonly station: Eui64; readonly evse: number }
  readonly counter: bigint
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  readonly effect: { readonly from: Instant; readonly until: Instant }
  readonly armDigest?: string
  /** The bytes that the signature covers: `protected.payload`. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
  readonly countersignature?: Countersignature
}

export type Countersignature = {
  readonly signer: string
  readonly organisation: Eui64
  readonly reservation: string
  /** The statement whose hours the charger may follow, as the supervisor knows it; 0: as it was sold. */
  readonly hours: readonly number[]
  readonly expiresAt: Instant
  /** The bytes that the countersignature covers. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}
