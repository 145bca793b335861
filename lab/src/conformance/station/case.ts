import type { Instant } from '@interlock/kernel'
import type { Steps } from '../steps.ts'
import type { Tokens } from '../csms/subject.ts'
import type { Certificates } from './certificates.ts'
import type { FileServer, Served } from './file-server.ts'
import type { StationDriver, Way } from './subject.ts'
import type { VirtualCsms, VirtualCsmsOptions } from './virtual-csms.ts'

/** What a case of the station role works with: the runner's CSMS and the hands at the station. */
export type StationScene = {
  readonly csms: VirtualCsms
  readonly station: StationDriver
  readonly tokens: Tokens
  readonly steps: Steps
  /** World time moves on by so much; the station does what falls due. */
  readonly passes: (seconds: number) => Promise<void>
  /** World time. */
  readonly now: () => Instant
  /** What the station was given to trust. */
  readonly certificates: Certificates
  /** One more CSMS, for a station that moves; it closes with the case. */
  readonly opensCsms: (tls?: VirtualCsmsOptions['tls']) => Promise<VirtualCsms>
  /** A server for firmware and logs; it closes with the case. */
  readonly opensFiles: (served: Served) => Promise<FileServer>
}

/** How the station is set up before it is switched on. */
export type StationSetUp = {
  readonly securityProfile?: Way['securityProfile']
  readonly variables?: Way['variables']
  /** Before the station is switched on, as to refuse its first connection. */
  readonly before?: (csms: VirtualCsms, certificates: Certificates) => void
}

/** One case: its certification id and its steps, which read as sentences. */
export type StationCase = {
  readonly id: string
  readonly run: (scene: StationScene) => Promise<void>
  readonly setUp: StationSetUp
}

export const stationCase = (
  id: string,
  run: StationCase['run'],
  setUp: StationSetUp = {},
): StationCase => ({ id, run, setUp })
