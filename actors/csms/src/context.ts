import type { Happening } from '@interlock/contract'
import type { GuestPayer } from '@interlock/driver'
import type { Cell } from '@interlock/gate'
import type { ActorDeps, AskWitness, Identity, OcppSocket } from '@interlock/host'
import type { InTurnByKey, StationId } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type {
  Action,
  Endpoint,
  IdTokenInfoType,
  IdTokenType,
  MeterValueType,
  Request,
} from '@interlock/ocpp'
import type { CsmsConfig } from './config.ts'
import type { Costs } from './costs/costs.ts'
import type { AcceptedTokens } from './core/accepted-tokens.ts'
import type { MisusedCards } from './core/misused-cards.ts'
import type { TokensInUse } from './core/tokens-in-use.ts'
import type { StationView } from './core/view.ts'
import type { FactStore } from './data/facts.ts'
import type { KeptStore } from './data/kept.ts'
import type { SecurityProfile, StationStore } from './data/stations.ts'
import type { TokenStore } from './data/tokens.ts'
import type { TransactionStore } from './data/transaction-events.ts'
import type { DriverRegister } from './drivers/driver-register.ts'
import type { History } from './history/history.ts'
import type { Supervisor } from './supervisor.ts'

/** One live connection of a station. */
export type Session = {
  readonly stationId: StationId
  readonly profile: SecurityProfile
  readonly endpoint: Endpoint
  readonly socket: OcppSocket
}

/** What all parts of the CSMS share. */
export type Context = {
  readonly config: CsmsConfig
  readonly deps: ActorDeps
  readonly identity: Identity
  readonly smartMeterIdentity: Identity
  readonly audit: Audit
  readonly stations: StationStore
  readonly transactions: TransactionStore
  readonly kept: KeptStore
  readonly costs: Costs
  /** What the CSMS knows of its stations. */
  readonly known: FactStore
  readonly tokens: TokenStore
  /** The central register of driver tokens, where there is one. */
  readonly drivers: DriverRegister | undefined
  /** Cards that the register has seen misused here. */
  readonly misused: MisusedCards
  readonly inUse: TokensInUse
  readonly accepted: AcceptedTokens
  /** Transaction events on their way into the database, one of a station at a time. */
  readonly storing: InTurnByKey<StationId>
  readonly history: History
  readonly supervisor: Supervisor
  /** The supervisor again, as witness of audit trails: this one's and its stations'. */
  readonly witness: AskWitness
  readonly views: Map<StationId, StationView>
  readonly sessions: Map<StationId, Session>
  /** The sessions under security profile 3. */
  readonly live: Map<StationId, Endpoint>
  /** Tells whoever watches; never waits and never fails. */
  readonly tell: (happening: Omit<Happening, 'at' | 'actor'>) => void
  readonly hooks: Hooks
}

/** What the parts tell each other; set once at start. */
export type Hooks = {
  /** A connection has become the station's session; nothing of it has been read yet. */
  opened: (station: StationId, endpoint: Endpoint) => void
  /** A reason to plan this station's session anew. */
  replan: (station: StationId) => void
  /** The station has booted under security profile 3. */
  booted: (station: StationId) => void
  /** A signed command goes to this station: the revocation lists go before it. */
  commanding: (station: StationId) => void
  /** As a station takes them at first contact. */
  revocationLists: () => readonly string[]
  /** Whose words about loads are believed: the homes' supplier, as long as its certificate is in force. */
  suppliers: () => readonly Cell[]
  /** Every home's tariff has been read: time to offer the day-ahead plan. */
  tariffsRead: () => Promise<void>
  /** A message of the station that its virtual EVSE passes on. */
  forward: <A extends Action>(station: StationId, action: A, request: Request<A>) => void
  /**
   * Whether a driver of another provider may charge, by that contract where one is named; `undefined` where nobody
   * says so in time.
   */
  admitDriver: (
    station: StationId,
    idToken: IdTokenType,
    payer?: GuestPayer,
  ) => Promise<IdTokenInfoType | undefined>
  /** Charging limits of a station have changed: by a command of this CSMS, or as the station has told. */
  limitsChanged: (station: StationId) => void
  /** A station keeps a place free no longer: that of the reservation of this number. */
  reservationEnded: (station: StationId, reservation: number) => void
  /** A station has told another status of a connector. */
  statusTold: (station: StationId) => void
  /** One more event of this transaction is on file. */
  transactionTold: (station: StationId, transactionId: string) => void
  /** What a station's meter has read, each value at its own time. */
  metered: (station: StationId, evse: number, values: readonly MeterValueType[]) => void
  /** What these groups may draw is no longer what it was. */
  capacityChanged: (groups: readonly string[]) => void
}
