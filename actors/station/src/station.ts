import type { FlattenedJws, LinkMessage } from '@interlock/contract'
import type { ActorDeps, Identity } from '@interlock/host'
import type { Eui64, Instant, PrivateKey, PublicKey, StationId } from '@interlock/kernel'
import type { MeterTariff, Payer } from '@interlock/seal'
import type { Topics } from '@interlock/topics'
import type { Background } from './background.ts'
import type { Roots } from './certificates.ts'
import type { Charging } from './charging.ts'
import type { ChargingHours } from './charging-hours.ts'
import type { AnswerRule } from './core/answers.ts'
import type { StationConfig } from './config.ts'
import type { Ratings } from './core/charger.ts'
import type { PairingCode } from './core/owner-keys.ts'
import type { TimeSource, TimeTrust } from './core/time-trust.ts'
import type { DeviceModel } from './device-model/model.ts'
import type { Judging } from './judging.ts'
import type { Firmware } from './firmware/firmware.ts'
import type { UsageLog } from './home/usage-log.ts'
import type { Keeper } from './keeper.ts'
import type { LogUpload } from './log-upload.ts'
import type { Boot } from './network/boot.ts'
import type { Network } from './network/network.ts'
import type { Password } from './network/password.ts'
import type { Metering } from './metering.ts'
import type { Reader } from './reader.ts'
import type { VehicleSession } from './receipts.ts'
import type { Records } from './records.ts'
import type { Caller, Reports } from './reports.ts'
import type { Restarts } from './restarts.ts'
import type { PinnedPayer } from './supplier-word.ts'
import type { TrustStore } from './trust-store.ts'
import type { Standing } from './gate-state.ts'

/** One reading of the charger's own frequency meter. */
export type Reading = { readonly at: number; readonly hertz: number }

/** What does not survive a loss of power. */
export type Moment = {
  trust: TimeTrust
  reading: Reading | undefined
  pairing: PairingCode | undefined
  /** The latest trigger that waited for its arm in vain; gone once such a command is accepted. */
  refused: { readonly at: Instant; readonly action: string; readonly reason: string } | undefined
  /** On the display: what the transaction has cost, so far (I02) or in all (I03). */
  cost: { readonly transactionId: string; readonly totalCost: number } | undefined
  /** At the plug, and with a contract of its own. */
  vehicle: VehicleSession | undefined
  /** The tariff kept, as last read. */
  tariff: MeterTariff | undefined
}

/** The charger as its parts see each other. */
export type Station = {
  readonly config: StationConfig
  readonly deps: ActorDeps
  readonly stationId: StationId
  readonly eui: Eui64
  readonly llcs: Eui64 | undefined
  /** Whose tariff the home pays, where it is told: by the certificate of now, and by the one that was pinned. */
  readonly payer: Payer | undefined
  readonly pinnedPayer: PinnedPayer | undefined
  /** Of the register of driver tokens, where one is pinned. */
  readonly driverRegister: PublicKey | undefined
  /** The one EVSE of the simulated hardware. */
  readonly evse: number
  readonly ratings: Ratings
  readonly roots: Roots
  /** Whether a critical command needs a second party. */
  readonly mode: StationConfig['trustMode']
  readonly model: DeviceModel
  readonly keeper: Keeper
  readonly records: Records
  readonly charging: Charging
  readonly chargingHours: ChargingHours
  readonly judging: Judging
  readonly reports: Reports
  readonly background: Background
  readonly network: Network
  readonly boot: Boot
  readonly restarts: Restarts
  /** The middleware, where there is one. */
  readonly topics: Topics | undefined
  readonly caller: Caller
  readonly logUpload: LogUpload
  readonly firmware: Firmware
  /** A02, A03. */
  askForCertificate(): Promise<void>
  readonly trustStore: TrustStore
  /** Whom a TLS connection to the CSMS may rest on, PEM. */
  csmsRoots(): readonly string[]
  readonly moment: Moment
  /** What an answer of the CSMS does to the charger. */
  readonly answers: AnswerRule
  standing(): Standing
  /** Who may charge, in standard mode. */
  reader(): Reader
  metering(): Metering
  /** For the owners of the home, where its network is let in. */
  readonly usage: UsageLog | undefined
  /** Of the (simulated) meter; made when it first signs. */
  meterKey(): PrivateKey
  /** What it proves itself with; undefined before first contact. */
  identity(): Identity | undefined
  /** Of security profiles 1 and 2. */
  readonly password: Password
  /** The CSMS refused the charger for that certificate. */
  proofRefused(shown: Identity | undefined): void
  /** Nothing came of it anywhere: the other certificate and password next, while there are two. */
  otherProof(): void
  /** A signed request gets a signed reply (Part 4 §7.2). */
  signReply(action: string, response: object, request: FlattenedJws): FlattenedJws
  /** Over the local link, if there is one now. */
  tellLlcs(message: LinkMessage): void
  /** A source of time has spoken; it is compared with the clock and never steps it. */
  hearTime(source: TimeSource, at: Instant): void
  /** The network cable: in, or out. */
  plugNetwork(isConnected: boolean): void
  /** Connects to the CSMS anew, as after a reset. */
  reconnect(): void
}
