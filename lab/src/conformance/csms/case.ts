import type { Operator } from './operator.ts'
import type { VirtualStation } from './virtual-station.ts'
import type { Tokens } from './subject.ts'
import type { Steps } from '../steps.ts'
import type { Tls } from './tls.ts'
import type { WebSocketProbe } from './websocket.ts'

/** What a case of the CSMS role works with: a station of its own and the CSMS's operator. */
export type CsmsScene = {
  readonly station: VirtualStation
  readonly csms: Operator
  readonly tokens: Tokens
  readonly steps: Steps
  /** For what goes on below the WebSocket. */
  readonly tls: Tls
  readonly websocket: WebSocketProbe
}

/** One case: its certification id and its steps, which read as sentences. */
export type CsmsCase = {
  readonly id: string
  readonly run: (scene: CsmsScene) => Promise<void>
}

export const csmsCase = (id: string, run: CsmsCase['run']): CsmsCase => ({ id, run })
