import type { FrequencyCurve } from '@interlock/contract'
import type { HeldGuest, HeldStatements } from '@interlock/driver'
import type { Eui64, Instant, Role } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import type { Hierarchy } from '@interlock/pki'
import type { ChargingProfile } from '@interlock/power'
import type { StoredCertificate } from '../trust-store.ts'
import type { FirmwareUpdate } from '../firmware/firmware.ts'
import type { NetworkMemory } from '../network/profile.ts'
import type { AuthCache } from './auth-cache.ts'
import type { OutOfService } from './availability.ts'
import type { CardCounts } from './card-counts.ts'
import { newCharger, type Charger } from './charger.ts'
import { noList, type LocalList } from './local-list.ts'
import type { Signing } from './meter-record.ts'
import type { ProviderChange } from './provider-change.ts'
import type { MeterValue } from './meter-values.ts'
import { outboxMax, thinned } from './outbox.ts'
import type { Transaction } from './transaction.ts'

/** A profile as it was accepted, and by whose word. */
export type StoredProfile = {
  readonly profile: ChargingProfile
  readonly evse: number
  readonly originator: Eui64
  /** The reservation or arm it rests on. */
  readonly reference: string
  /** Who set the limit; the CSMS unless given (ChargingLimitSourceEnumType). */
  readonly source?: 'EMS' | 'Other' | 'SO'
}
export type StoredCurve = { readonly curve: FrequencyCurve; readonly originator: Eui64 }

/** One pinned certificate: the very one in force for its role. */
export type StoredCell = {
  readonly role: Role
  readonly organisation: Eui64
  readonly certificatePem: string
  readonly revoked?: boolean
}
/** The newest revocation list of a hierarchy, verified before it was stored. JSON values only. */
export type StoredList = {
  readonly number: number
  /** Wall time. */
  readonly thisUpdate?: Instant
  readonly issuerSerialHex: string
  readonly serials: readonly string[]
}
export type StoredLists = { readonly [Of in Hierarchy]?: StoredList }
export type StoredCounter = {
  readonly organisation: Eui64
  readonly path: 'countersigned' | 'armed'
  /** 64 bits, decimal. */
  readonly counter: string
}
export type StoredArmUse = { readonly changes: number; readonly lastAt: Instant }
/** In the place of the one that was pinned, which it names: with another pinned one it does not count. */
export type RenewedSupplier = {
  readonly certificatePem: string
  /** Thumbprint of the pinned one. */
  readonly pinned: string
  /** Of the word that said so, decimal. */
  readonly counter: string
}
/** The whole station, or one EVSE of it. */
export type PendingReset = { readonly evseId?: number }
export type TransactionEvent = Request<'TransactionEvent'>

/** Everything a charger must know again after it lost power. JSON values only. */
export type Memory = {
  readonly charger: Charger
  readonly counters: readonly StoredCounter[]
  readonly cells: readonly StoredCell[]
  readonly revocationLists?: StoredLists
  readonly providerChange?: ProviderChange
  /** The newest certificate of the home's supplier, by its own word through the LLCS. */
  readonly supplier?: RenewedSupplier
  /** The command that set the home's tariff, as its supplier signed it, base64. */
  readonly tariff?: string
  readonly profiles: readonly StoredProfile[]
  readonly curve?: StoredCurve
  /** Signed pre-commands the LLCS forwarded, base64. */
  readonly arms: readonly string[]
  readonly armUses: Readonly<Record<string, StoredArmUse>>
  /** SPKI, base64. */
  readonly ownerKeys: readonly string[]
  /** Whom owners allow to charge here. */
  readonly guests?: readonly HeldGuest[]
  /** Of the device model, by name; what was never set is not here. */
  readonly variables: Readonly<Record<string, string | number>>
  /** The password that the CSMS last accepted, until it has accepted the station with another. */
  readonly formerPassword?: string
  readonly transaction?: Transaction
  /** Network connection profiles, once they differ from the config. */
  readonly network?: NetworkMemory
  /** Why the station starts again; said at the next boot, until that is accepted. */
  readonly bootReason?: Request<'BootNotification'>['reason']
  /** A reset that waits for the end of a transaction (B12.FR.01). */
  readonly pendingReset?: PendingReset
  /** CA certificates, once one was installed or deleted. */
  readonly certificates?: readonly StoredCertificate[]
  /** Of the program that runs, once it is not the one it came with. */
  readonly firmwareVersion?: string
  /** The latest firmware update. */
  readonly firmware?: FirmwareUpdate
  /** Security events that the CSMS has not acknowledged (A04.FR.02). */
  readonly securityEvents: readonly Request<'SecurityEventNotification'>[]
  /** The profile of a remote start whose transaction has not begun. */
  readonly starting?: ChargingProfile
  /** What the meter has measured for its last event. */
  readonly kept: readonly MeterValue[]
  readonly signing?: Signing
  readonly authCache: AuthCache
  /** What the register of driver tokens has said of keys. */
  readonly tokenKeys?: HeldStatements
  /** The highest count of each card that has proved itself here. */
  readonly cardCounts?: CardCounts
  readonly localList: LocalList
  /** Goes out of service when the transaction has ended. */
  readonly scheduled: OutOfService
  /** Events the CSMS has not acknowledged, oldest first. */
  readonly outbox: readonly TransactionEvent[]
}

export const newMemory = (now: Instant): Memory => ({
  charger: newCharger(now),
  counters: [],
  cells: [],
  profiles: [],
  arms: [],
  armUses: {},
  ownerKeys: [],
  variables: {},
  securityEvents: [],
  kept: [],
  authCache: [],
  localList: noList,
  scheduled: {},
  outbox: [],
})

/** What one journal entry may say. All of an entry is durable, or none. */
export type MemoryChange = {
  /** New values; `null` takes a value away. */
  readonly set?: { readonly [Key in keyof Omit<Memory, 'outbox'>]?: Memory[Key] | null }
  readonly queue?: readonly TransactionEvent[]
  /** How many of the oldest queued events were acknowledged. */
  readonly sent?: number
}

export function remember(memory: Memory, change: MemoryChange): Memory {
  const merged = Object.entries({ ...memory, ...change.set }).filter(([, value]) => value !== null)
  const outbox = [...memory.outbox.slice(change.sent ?? 0), ...(change.queue ?? [])]
  const kept = Object.fromEntries(merged) as Omit<Memory, 'outbox'>
  return { ...kept, outbox: thinned(outbox, outboxMax) }
}

/** The memory that a journal holds; the first entry is a whole one. */
export function recall(entries: readonly unknown[], now: Instant): Memory {
  const [first, ...changes] = entries as [Memory?, ...MemoryChange[]]
  return changes.reduce(remember, { ...newMemory(now), ...first })
}
