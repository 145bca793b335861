import type { Eui64 } from '@interlock/kernel'
import type { Token } from '../csms/subject.ts'
import type { Certificates } from './certificates.ts'
import type { LeapingClock } from './leaping-clock.ts'
import type { Place } from './virtual-csms.ts'

/** Where and how the station is to connect at first. */
export type Way = {
  readonly securityProfile: 1 | 2 | 3
  readonly address: string
  readonly password: string
  /** PEM of the root it is to trust. */
  readonly rootPem: string
  /** Makes its own certificate, for security profile 3. */
  readonly certify: (stationId: string, eui: Eui64) => { keyPem: string; chainPem: string }
  /** Values of its device model, by `Component.Variable`, other than its own. */
  readonly variables: Readonly<Record<string, string>>
}

/** One place for every case, which the station has been told of. */
export type Site = {
  readonly place: Place
  readonly securityProfile: Way['securityProfile']
  readonly password: string
  readonly certificates: Certificates
}

/** A station under test, as the runner reaches it. */
export type StationSubject = {
  readonly name: string
  /** A fresh station, switched on; every case has its own. */
  start(clock: LeapingClock, way: Way): Promise<StationDriver>
  /** A clock for a case. A foreign station has its own, and a leap of this one waits. */
  clock(): LeapingClock
  /** Where the runner's CSMS must be, and how it proves itself, for a station set up by hand. */
  readonly site?: Site
  close(): Promise<void>
}

/** The hands at the station: a person's, or the simulated hardware's. */
export type StationDriver = {
  readonly stationId: string
  readonly password: string
  /** Firmware that it can install; absent where nobody has given the runner any. */
  readonly image?: Uint8Array
  /** Into the bay, and out again, where the sensor sees it. */
  entersBay(): Promise<void>
  leavesBay(): Promise<void>
  plugsIn(evseId?: number): Promise<void>
  unplugs(evseId?: number): Promise<void>
  /** Unplugs at the vehicle only: the cable stays in the socket. */
  leavesCable(): Promise<void>
  /** Takes the loose cable out of the socket, if it is not locked. */
  takesCable(): Promise<void>
  /** Shows a token at the reader. */
  presents(token: Token, evseId?: number): Promise<void>
  /** The vehicle, there or yet to come, takes no energy for now; or takes it again. */
  vehiclePauses(paused: boolean, evseId?: number): Promise<void>
  /** A fault begins or ends. */
  faults(kind: string | undefined): Promise<void>
  /** The home's energy manager sets a limit in watts, or takes it away. */
  limitedFromOutside(watts: number | undefined): Promise<void>
  /** The power fails and comes back; what it had stored it still has. */
  losesPower(): Promise<void>
  close(): Promise<void>
}
