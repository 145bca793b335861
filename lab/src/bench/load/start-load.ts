import type { Running } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { startPeer } from '../peer.ts'
import type { Answer, LoadKind, LoadStation, Order } from './protocol.ts'

/** What one server did in one round. */
export type LoadFigure = {
  readonly perSecond: number
  /** Processor time of this process, the server's, per message, in microseconds. */
  readonly cpuMicros: number
  readonly p99Millis: number
  /** Stations that got every answer. */
  readonly stations: number
}

export type Load = Running & {
  open(target: {
    readonly name: string
    readonly port: number
    readonly rootPem?: string
    readonly stations: readonly LoadStation[]
  }): Promise<void>
  /** @throws Fault `LoadFailed` or `PeerFailed` when a server answered with anything but a result. */
  run(
    target: string,
    send: LoadKind,
    round: { readonly stations: number; readonly millis: number },
  ): Promise<LoadFigure>
  /** How many of the first so many stations are answered; it waits for each. */
  answered(target: string, stations: number): Promise<number>
  /** All of the target's stations are cut off at one moment and come back at once. */
  storm(target: string): Promise<{ readonly millis: number; readonly refusedConnections: number }>
  /** Calls that each station had from the server since it last booted. */
  calls(target: string): Promise<readonly number[]>
}

const graceMillis = 60_000
/** Ten thousand handshakes, or a storm of them, on a busy machine. */
const openMillisMax = 900_000

/** Starts the load generator in a process of its own; it ends with this one, however this one ends. */
export function startLoad(): Load {
  const generator = startPeer<Order, Answer>(new URL('./generator.ts', import.meta.url))
  const ask = (order: Order, millis: number): Promise<Answer> => generator.ask(order, millis)

  return {
    async open({ name, ...rest }) {
      await ask({ order: 'open', target: name, ...rest }, openMillisMax)
    },
    async run(target, send, { stations, millis }) {
      const before = process.cpuUsage()
      const ran = await ask({ order: 'run', target, send, millis, stations }, millis + graceMillis)
      const { user, system } = process.cpuUsage(before)
      if (ran.answer !== 'ran' || ran.answered === 0)
        throw new Fault('LoadFailed', `${target} answered nothing`)
      return {
        perSecond: (ran.answered * 1000) / ran.millis,
        cpuMicros: (user + system) / ran.answered,
        p99Millis: ran.p99Millis,
        stations: ran.stations,
      }
    },
    async answered(target, stations) {
      const order = { order: 'run', target, send: 'Heartbeat', millis: 0, stations } as const
      const ran = await ask(order, openMillisMax)
      if (ran.answer !== 'ran') throw new Fault('LoadFailed', ran.answer)
      return ran.stations
    },
    async storm(target) {
      const stormed = await ask({ order: 'storm', target }, openMillisMax)
      if (stormed.answer !== 'stormed') throw new Fault('LoadFailed', stormed.answer)
      return stormed
    },
    async calls(target) {
      const called = await ask({ order: 'calls', target }, graceMillis)
      if (called.answer !== 'called') throw new Fault('LoadFailed', called.answer)
      return called.counts
    },
    close: () => generator.close(),
  }
}
