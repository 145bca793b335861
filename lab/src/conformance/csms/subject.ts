import type { Identity, Trust } from '@interlock/host'
import type { Request } from '@interlock/ocpp'

/** A CSMS under test, as the runner reaches it. */
export type CsmsSubject = {
  readonly name: string
  /** A station that the CSMS knows and that no other case uses. */
  lease(): Promise<Lease>
  /** The case with that station is over; absent where each case has one of its own. */
  readonly release?: (lease: Lease) => void
  /** Tells the CSMS to send a request of its own to that station. */
  command(stationId: string, action: string, payload: object): Promise<CommandAnswer>
  /**
   * Reads what the CSMS knows; absent where there is no state API that we understand. Then nothing that
   * it knows or decides is asked about: those steps are marked as not made.
   */
  readonly know?: (resource: Resource, stationId: string) => Promise<unknown>
  readonly tokens: Tokens
  /** Says how a station's boot is to be answered; absent where nobody can be told. */
  readonly setBootPolicy?: (stationId: string, policy: BootPolicy) => Promise<void>
  close(): Promise<void>
}

/** What came back to whoever gave the command. */
export type CommandAnswer = {
  /** HTTP status. */
  readonly status: number
  readonly body: unknown
}

export type BootPolicy = 'Accepted' | 'Pending' | 'Rejected'
export type SecurityProfile = 1 | 2 | 3

/** How one station of the runner connects. */
export type Lease = {
  readonly stationId: string
  /** Base address per security profile; `/STATION` is appended. */
  readonly addresses: Readonly<Partial<Record<SecurityProfile, string>>>
  /** The one it uses unless a case says otherwise. */
  readonly profile: SecurityProfile
  readonly password?: string
  readonly identity?: Identity
  readonly trust: Trust
  /** `name`: the server need not be one of this system, only the one that the address names. */
  readonly recognise?: 'identity' | 'name'
}

/** What can be asked of the state API, by our name for it. */
export type Resource =
  | 'station'
  | 'evses'
  | 'transactions'
  | 'transactionStatus'
  | 'variables'
  | 'reports'
  | 'profiles'
  | 'schedules'
  | 'chargingLimits'
  | 'localList'
  | 'messages'
  | 'securityEvents'
  | 'certificates'
  | 'certificateRequests'
  | 'firmware'
  | 'logs'
  | 'customerInformation'
  | 'networkProfiles'
  | 'meterValues'
  | 'tokens'
  | 'knocks'

/** Tokens that the CSMS has been given for the run. */
export type Tokens = {
  readonly valid: Token
  /** Another valid one, of the group of `valid`. */
  readonly sameGroup: Token
  readonly group: string
  readonly unknown: Token
  readonly blocked: Token
  readonly expired: Token
  /** Of the master pass group. */
  readonly master: Token
  readonly masterGroup: string
}
export type Token = Request<'Authorize'>['idToken']
