import type { ServerRefusal } from '@interlock/contract'
import {
  problem,
  type ActorDeps,
  type Identity,
  type OtherLedger,
  type Reply,
  type SmartMeterList,
} from '@interlock/host'
import type { InTurnByKey } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { LedgerAccount, WitnessRegister } from '@interlock/store'
import type { AuthorityClient } from './authority-client.ts'
import type { Rate } from './core/rate.ts'
import type { Announce } from './happenings.ts'
import type { Inventory } from './inventory.ts'
import type { DeviceRegister } from './register/devices.ts'
import type { FirmwareRegister } from './register/firmware.ts'
import type { GrantRegister } from './register/grants.ts'
import type { HoursRegister } from './register/hours.ts'
import type { MeterRegister } from './register/meters.ts'
import type { ProviderRegister } from './register/providers.ts'
import type { Revocations } from './revocations.ts'

/** Everything an endpoint of the supervisor works with. */
export type Supervisor = {
  readonly deps: ActorDeps
  readonly identity: Identity
  /** The charging root, DER. */
  readonly roots: readonly Uint8Array[]
  /** Both roots, DER: actors of either have their audit trails witnessed here. */
  readonly witnessRoots: readonly Uint8Array[]
  readonly audit: Audit
  readonly announce: Announce
  readonly devices: DeviceRegister
  readonly providers: ProviderRegister
  readonly firmware: FirmwareRegister
  readonly grants: GrantRegister
  readonly hours: HoursRegister
  readonly meters: MeterRegister
  readonly witnessed: WitnessRegister
  readonly ledger: LedgerAccount
  readonly otherLedger: OtherLedger
  readonly inventory: Inventory
  readonly authority: AuthorityClient
  readonly revocations: Revocations
  readonly smartMeterList: SmartMeterList
  readonly rate: Rate
  readonly turn: InTurnByKey<string>
}

type Facts = Readonly<Record<string, string | number | boolean | null>>

/** What is being decided: the name of the act in the audit file, and what it is about. */
export type Act = { readonly kind: string; readonly station?: string; readonly facts: Facts }

/** Refuses: audited first, then published, then answered. `cause` is the reason of the gate, if any. */
export async function refuse(
  { audit, announce }: Supervisor,
  { kind, station, facts }: Act,
  reason: ServerRefusal,
  detail?: string,
  cause?: string,
): Promise<Reply> {
  const about = station === undefined ? facts : { station, ...facts }
  const why = { reason: cause ?? reason, refusal: reason, detail: detail ?? null }
  audit.critical(`${kind}Refused`, { ...about, ...why })
  await announce('refusal', {
    ...(station === undefined ? {} : { station }),
    reason: cause ?? reason,
    data: { act: kind, ...facts, detail: detail ?? null },
  })
  return problem(
    reason,
    [cause, detail].filter((part) => part !== undefined).join(': ') || undefined,
  )
}

/** Grants: audited first, then published, then answered. */
export async function grant(
  { audit, announce }: Supervisor,
  { kind, station, facts }: Act,
  reply: Reply,
  result: Facts = {},
): Promise<Reply> {
  const about = station === undefined ? facts : { station, ...facts }
  audit.critical(`${kind}Granted`, { ...about, ...result })
  await announce('security', {
    ...(station === undefined ? {} : { station }),
    data: { act: kind, ...facts, ...result },
  })
  return reply
}
