import type { Instant } from '@interlock/kernel'

/** OSCP and OCPP carry capacity by these. */
export const groupBlockMillis = 15 * 60_000
/** Two days ahead. */
export const groupBlocksMax = 192
export const groupSessionsMax = 20_000

export type SessionPhase = 'ALL' | 'ONE' | 'TWO' | 'THREE'

/** One vehicle that is plugged in, or will be. */
export type GroupSession = {
  readonly id: string
  readonly arrival: Instant
  readonly departure: Instant
  readonly energyWattHours: number
  /** The least of what vehicle, EVSE and its own wiring can take. */
  readonly maxWatts: number
  readonly phase: SessionPhase
  /** The place in `tariffs` of what it pays. */
  readonly tariff: number
  /** A fuse that it shares with others of the group, or with the rest of the house. */
  readonly fuse?: string
}

/** What may be drawn in one block, on average over it. Where phases are limited, each has also a third. */
export type BlockCapacity = {
  readonly watts: number
  readonly phaseWatts?: readonly [number, number, number]
}

/** One group of connections under one allotment. */
export type GroupNeed = {
  /** Where the first block begins. */
  readonly from: Instant
  /** One after the other. */
  readonly capacity: readonly BlockCapacity[]
  /** Pence per kilowatt-hour, by tariff and block. */
  readonly tariffs: readonly (readonly number[])[]
  readonly sessions: readonly GroupSession[]
  /** What each fuse leaves for vehicles, by block, in watts. */
  readonly fuses: ReadonlyMap<string, readonly number[]>
}

/** Why a vehicle does not get all it needs. */
export type ShortReason =
  /** Even at full power there is not enough time before departure. */
  | 'TooLittleTime'
  /** Its fuse leaves too little. */
  | 'FuseTooSmall'
  /** The allotment leaves too little; neighbours who could give way have given way. */
  | 'CapacityTooSmall'

export type GroupSessionPlan = {
  readonly id: string
  /** By block, whole watt-hours. */
  readonly wattHours: readonly number[]
  readonly plannedWattHours: number
  readonly costPence: number
  /** Of several, the reason for the most of it. */
  readonly shortfall?: { readonly wattHours: number; readonly reason: ShortReason }
}

export type GroupPlan = {
  readonly sessions: readonly GroupSessionPlan[]
  readonly costPence: number
  /** What is to be told the operator before: blocks whose allotment leaves vehicles short. */
  readonly shortBlocks: readonly number[]
}
