import type { Arm } from '@interlock/contract'
import type { Eui64, Instant } from '@interlock/kernel'
import { soldHours, type HoursInForce, type Schedule } from '@interlock/power'
import type { BootPolicy, SecurityProfile, StationRecord, TrustMode } from '../data/stations.ts'
import type { Goal } from './goal.ts'
import { currentOf, type Transaction, type Transactions } from './running.ts'
import type { Wish } from './wish.ts'
import type { CostDocument } from './transaction-cost.ts'

/** What the station itself last said about its state (DataTransfer `State`). */
export type StateReport = {
  readonly state: string
  readonly why: string | null
  readonly until: string | null
  readonly setPointWatts: number | null
  readonly powerWatts: number | null
  readonly override: unknown
  readonly waitingFor: string | null
  /** The latest trigger that waited for its arm in vain. */
  readonly refused: RefusedView | null
  /** Whether it masks its readings for a sum of its feeder; `null` where it does not say. */
  readonly isSummed: boolean | null
}

export type TransactionView = {
  readonly id: string
  readonly startedAt: Instant
  readonly chargingState: string | undefined
  readonly firstWattHours: number | undefined
}

/** What the station last said of itself when it booted, and what it was told. */
export type BootView = {
  readonly at: Instant
  readonly status: BootPolicy
  readonly said: BootSaid
}
export type BootSaid = {
  readonly reason: string
  readonly vendorName: string
  readonly model: string
  readonly serialNumber: string | null
  readonly firmwareVersion: string | null
}

/** A command that came to nothing, for people to see. */
export type RefusedView = {
  readonly at: Instant
  readonly action: string
  readonly reason: string
  readonly detail?: string
}

/** How the current plan came out. */
export type PlanView = {
  readonly plannedWattHours: number
  readonly costPence: number
  /** null: the standard's message, which has none. */
  readonly tariffVersion: number | null
  readonly shortfall?: { readonly wattHours: number; readonly reason: string }
}

/** What the CSMS knows about one station at this moment; written by handlers, read by everyone. */
export type StationView = {
  record: StationRecord
  /** How the supervisor's register has it; undefined until it was asked. */
  registered: TrustMode | undefined
  /** What it may follow without a schedule, as the supervisor's register last said. */
  hours: readonly HoursInForce[]
  connected: boolean
  /** What proved who it is on the connection there is. */
  identifiedBy: 'none' | 'firstContact' | 'password' | 'certificate'
  securityProfile: SecurityProfile | undefined
  boot: BootView | undefined
  status: string
  report: StateReport | undefined
  powerWatts: number | undefined
  meterWattHours: number | undefined
  hertz: number | undefined
  transaction: TransactionView | undefined
  /** Every transaction that has not ended. */
  running: Transactions['running']
  ended: Transactions['ended']
  lastEnded: Transactions['lastEnded']
  lastTransactionWattHours: number | undefined
  /** What the transaction of that id costs or has cost, as the station was told last. */
  cost: (CostDocument & { readonly transactionId: string }) | undefined
  goal: Goal | undefined
  /** Register of the meter from which the goal counts. */
  goalFromWattHours: number | undefined
  schedule: Schedule | undefined
  /** The provider's, of a session that is planned within what a feeder bears. */
  wish: Wish | undefined
  plan: PlanView | undefined
  refused: RefusedView | undefined
  /** The last word of the home's supplier about the load, verified. */
  supplied: Arm | undefined
}

export const newView = (record: StationRecord): StationView => ({
  record,
  registered: undefined,
  hours: [soldHours],
  connected: false,
  identifiedBy: 'none',
  securityProfile: undefined,
  boot: undefined,
  status: 'Unknown',
  report: undefined,
  powerWatts: undefined,
  meterWattHours: undefined,
  hertz: undefined,
  transaction: undefined,
  running: new Map(),
  ended: new Set(),
  lastEnded: undefined,
  lastTransactionWattHours: undefined,
  cost: undefined,
  goal: undefined,
  goalFromWattHours: undefined,
  schedule: undefined,
  wish: undefined,
  plan: undefined,
  refused: undefined,
  supplied: undefined,
})

/** What may be said of its trust mode: *supervised* only when the supervisor's register says so too. */
export const trustModesShown = ['supervised', 'standard', 'unconfirmed', 'mismatch'] as const
export function trustShown({
  record: { trust },
  registered,
}: StationView): (typeof trustModesShown)[number] {
  if (registered !== undefined && registered !== trust) return 'mismatch'
  return trust === 'supervised' && registered === undefined ? 'unconfirmed' : trust
}

/** What is shown of a station's transactions is made of what is known of them, now as after a restart. */
export function showTransactions(view: StationView): Transaction | undefined {
  const current = currentOf(view)
  view.transaction = current && shownOf(current)
  view.lastTransactionWattHours = view.lastEnded && energyOf(view.lastEnded)
  return current ?? view.lastEnded
}

const shownOf = ({ transactionId, startedAt, chargingState, firstWattHours }: Transaction) => ({
  id: transactionId,
  startedAt,
  chargingState: chargingState?.value,
  firstWattHours,
})

const energyOf = ({ firstWattHours, lastWattHours }: Transaction): number | undefined =>
  firstWattHours === undefined || lastWattHours === undefined
    ? undefined
    : lastWattHours - firstWattHours

/** Energy of the running transaction, else of the last one. */
export function transactionWattHours(view: StationView): number | undefined {
  const first = view.transaction?.firstWattHours
  if (view.transaction === undefined) return view.lastTransactionWattHours
  if (first === undefined || view.meterWattHours === undefined) return undefined
  return Math.max(0, view.meterWattHours - first)
}

/** What is still to be charged for the goal. */
export function remainingWattHours(view: StationView, goal: Goal): number {
  const from = view.goalFromWattHours ?? view.transaction?.firstWattHours
  if (from === undefined || view.meterWattHours === undefined) return goal.energyWattHours
  return Math.max(0, goal.energyWattHours - (view.meterWattHours - from))
}

export type Views = ReadonlyMap<string, StationView>
export type StationAddress = { readonly station: Eui64; readonly evse: number }
