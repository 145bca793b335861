import type { Eui64, Instant } from '@interlock/kernel'

/** `import` draws from the grid (charging); `export` feeds it. */
export type Direction = 'import' | 'export'

/**
 * What a signed pre-command says, in the terms of the gate. Our profile of GBCS load control:
 * `onDemand` is ECS47a *Set Auxiliary Controller State* from the owner, `response` is ECS47e *Limit
 * APC Level* from the DSRSP, pre-authorising what the LLCS may arm, and `supplied` is the supplier's
 * word that a load may be switched, on or off.
 */
export type Arm = {
  /** SHA-256, base64url, over the bytes from `DF 09` to the end of the signature. */
  readonly digest: string
  readonly use: 'onDemand' | 'response' | 'supplied'
  readonly originator: Eui64
  /** EUI-64 of the LLCS it is addressed to. */
  readonly target: Eui64
  readonly counter: bigint
  /** Auxiliary controller number 1…5, which is the EVSE id behind that LLCS. */
  readonly evse: number
  readonly direction: Direction
  /** Highest set-point while armed, per cent of the EVSE's rating; a ceiling from zero. */
  readonly levelPercent: number
  readonly from: Instant
  readonly until: Instant
}

/** A frequency curve: the ceiling, per cent of rating, at each frequency; linear between points. */
export type CurvePoint = { readonly hertz: number; readonly percent: number }

/**
 * The DSRSP's standing order for autonomous response, carried as DataTransfer
 * (`vendorId` {@link vendorId}, `messageId` `FrequencyCurve`) until OCPP 2.1's LocalFrequency.
 */
export type FrequencyCurve = {
  readonly evse: number
  readonly direction: Direction
  /** Ascending in frequency. */
  readonly points: readonly CurvePoint[]
  /** Outside this band around 50 Hz the curve applies. */
  readonly deadbandHertz: number
  readonly from: Instant
  readonly until: Instant
  /** Longest continuous response. */
  readonly durationMillisMax: number
}

export const vendorId = 'org.interlock'

/** The CSMS's reason for a checkpoint that it could not hand on: the station asks again. */
export const witnessAway = 'WitnessAway'
