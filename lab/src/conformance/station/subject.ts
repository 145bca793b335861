import type { Eui64 } from '@interlock/kernel'
import type { Token } from '../csms/subject.ts'
import type { LeapingClock } from './leaping-clock.ts'

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

/** A station under test, as the runner reaches it. */
export type StationSubject = {
  readonly name: string
  /** A fresh station, switched on; every case has its own. */
  start(clock: LeapingClock, way: Way): Promise<StationDriver>
  /** A clock for a case. A foreign station has its own, and a leap of this one waits. */
  clock(): LeapingClock
  close(): Promise<void>
}

/** The hands at the station: a person's, or the simulated hardware's. */
export type StationDriver = {
  readonly stationId: string
  readonly password: string
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
