import type { Happening } from '@interlock/contract'
import type { ActorDeps, DuisClient, Identity } from '@interlock/host'
import type { Eui64, StationId } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { Endpoint } from '@interlock/ocpp'
import type { Peer } from '@interlock/pki'
import type { ConsumptionHeard } from '@interlock/topics'
import type { DsrspConfig } from './config.ts'
import type { Holding, Store } from './data/store.ts'
import type { Supervisor } from './supervisor.ts'

/** One EVSE under contract, as it stands. */
export type Member = {
  readonly stationId: StationId
  readonly eui: Eui64
  readonly llcs: Eui64
  readonly meter: Eui64 | undefined
  readonly evse: number
  readonly ratingWatts: number
  readonly feeder: string
  /** Its virtual EVSE's connection. */
  endpoint: Endpoint | undefined
  status: string
  powerWatts: number | undefined
  transactionId: string | undefined
  holding: Holding | undefined
  refused: { readonly at: number; readonly action: string; readonly reason: string } | undefined
}

/** What all parts share. */
export type Context = {
  readonly config: DsrspConfig
  readonly deps: ActorDeps
  readonly identity: Identity
  readonly smartMeterIdentity: Identity
  readonly audit: Audit
  readonly store: Store
  readonly supervisor: Supervisor
  readonly dcc: DuisClient
  /** Whose tariffs are believed. */
  readonly supplier: Peer | undefined
  readonly members: ReadonlyMap<StationId, Member>
  /** What members used, by the EUI-64 of their station; where there is a middleware. */
  readonly heard: ConsumptionHeard | undefined
  /** Tells whoever watches; never waits and never fails. */
  readonly tell: (happening: Omit<Happening, 'at' | 'actor'>) => void
}

/** A command or arm that came to nothing: on the record and shown. */
export function refuse(
  context: Context,
  member: Member,
  action: string,
  reason: string,
  detail?: string,
): void {
  const at = context.deps.clock.now()
  member.refused = { at, action, reason }
  context.audit.record('Refused', {
    station: member.stationId,
    action,
    reason,
    detail: detail ?? null,
  })
  context.tell({ kind: 'refusal', station: member.stationId, reason, data: { action } })
}
