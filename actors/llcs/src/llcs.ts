import type { Happening, LinkMessage } from '@interlock/contract'
import type { ActorDeps, Identity } from '@interlock/host'
import type { Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { Hierarchy } from '@interlock/pki'
import type { Peer } from '@interlock/pki'
import type { HeldFirmware, TrustAnchorCells } from '@interlock/seal'
import type { LlcsConfig } from './config.ts'
import type { Keeper } from './keeper.ts'
import type { SettlementBook } from './settlement-book.ts'

/** A certificate in a trust-anchor cell. */
export type Anchor = Peer

/** The LLCS as its parts see each other. */
export type Llcs = {
  readonly config: LlcsConfig
  readonly deps: ActorDeps
  readonly eui: Eui64
  readonly identity: Identity
  readonly cells: TrustAnchorCells
  /** Who is in the cells that sign, now. */
  readonly anchors: { readonly broker: Anchor; readonly dsrsp: Anchor | undefined }
  /** Whose tariff the home pays, where it is told. */
  readonly payer: { readonly meter: Eui64; readonly supplier: Anchor } | undefined
  /** DER, by hierarchy: for revocation lists alone. */
  readonly roots: Readonly<Record<Hierarchy, readonly Uint8Array[]>>
  /** What it may run. */
  readonly firmware: HeldFirmware
  readonly keeper: Keeper
  /** What the settlement meter has counted, where there is one. */
  readonly settled: Pick<SettlementBook, 'halfHours' | 'clockConfirmed'> | undefined
  readonly audit: Audit
  publish(happening: Omit<Happening, 'at' | 'actor'>): void
  /**
   * Tells the charger. `'Offline'` when it cannot be reached, `'Unanswered'` when it may have heard, the
   * reason when it does not agree, `undefined` when it is done.
   */
  tellStation(message: LinkMessage): Promise<string | undefined>
  /** Says which calendars have come into force at their date, and waits for the date of the next. */
  tellExecuted(): void
  /** Sends waiting alerts; those not taken stay. */
  sendAlerts(): Promise<void>
}
