import type { Arm, Path } from '@interlock/contract'
import type { Crypto, Eui64, Instant, PublicKey, Role } from '@interlock/kernel'

/**
 * One pinned key: the very certificate in force for a role, or an owner's key. A role may hold one of
 * each hierarchy, and neither does the other's work: a trigger and its arm come from two keys.
 */
export type Cell = {
  readonly organisation: Eui64
  /** `charging` signs commands and countersignatures, `smartMeter` arms; an owner's key is such. */
  readonly hierarchy: 'charging' | 'smartMeter'
  /** SHA-256 of the certificate (of the SPKI for an owner's key), base64url. */
  readonly thumbprint: string
  readonly publicKey: PublicKey
  readonly revoked: boolean
}
export type Cells = Readonly<Partial<Record<Role, readonly Cell[]>>>

export type EvseState = {
  readonly id: number
  readonly ratingWatts: number
  readonly faulted: boolean
  /** The transaction that runs on it now. */
  readonly transactionId?: string
}

/** The owner's word, at the charger or by an arm. It wins over every schedule until it ends. */
export type Override = {
  readonly evse: number
  readonly by: 'gesture' | 'arm'
  readonly until: Instant
}

/** How often an arm has moved the load. */
export type ArmUses = { readonly changes: number; readonly lastAt?: Instant }

/** Everything a verdict depends on besides the command, its evidence and the time. */
export type GateState = {
  readonly crypto: Crypto
  /** `llcs` is the one paired with this station; without it no arm counts. */
  readonly station: { readonly eui: Eui64; readonly llcs?: Eui64 }
  readonly cells: Cells
  /** The providers bound to this station today. */
  readonly bound: { readonly csms?: Eui64; readonly dsrsp?: Eui64 }
  /** The last counter used by an originator on a path; 0 when none. */
  readonly counters: (organisation: Eui64, path: Path) => bigint
  /** Counter of the acknowledged statement whose charging hours the station holds; 0: as it was sold. */
  readonly hoursHeld: number
  readonly timeTrusted: boolean
  /**
   * Whether the newest revocation list of each hierarchy is there and not older than
   * `revocationListMillisMax`: what is not known to be in force does not count.
   */
  readonly revocationsFresh: { readonly charging: boolean; readonly smartMeter: boolean }
  readonly limits: {
    readonly hardwareWatts: number
    readonly fuseWatts: number
    readonly siteWatts: number
  }
  readonly evses: readonly EvseState[]
  /** Longest random delay in force. */
  readonly delaySecondsMax: number
  readonly overrides: readonly Override[]
  readonly armUses: (digest: string) => ArmUses
}

/** An arm that the LLCS has forwarded, with its bytes `DF 09` … end of signature. */
export type HeldArm = { readonly arm: Arm; readonly bytes: Uint8Array }

/** What came from elsewhere than the originator. The countersignature is in the command itself. */
export type Evidence = { readonly arms: readonly HeldArm[] }

/**
 * The override in force for an EVSE; for the station as a whole (0), that of its EVSEs which lasts
 * longest.
 */
export const overrideOf = (state: GateState, evse: number, now: Instant): Override | undefined =>
  state.overrides
    .filter((each) => (evse === 0 || each.evse === evse) && now < each.until)
    .toSorted((one, other) => other.until - one.until)[0]

export const evseOf = (state: GateState, id: number): EvseState | undefined =>
  state.evses.find((each) => each.id === id)
