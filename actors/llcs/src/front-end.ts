import {
  keepConnected,
  portsOf,
  systemEntropy,
  type PacketPlace,
  type PacketSource,
  type Running,
} from '@interlock/host'
import type { Llcs } from './llcs.ts'

const retryMillisMax = 10_000

/** A metering front end, which says one packet after another and is told nothing. */
export type FrontEnd = Running & {
  readonly isConnected: boolean
  /** Connections so far. */
  readonly connections: number
  /** Of one that says nothing, which may be cut though nobody told us. */
  reconnect(): void
}

/** Listens to it, by a connection of its own accord whenever there is none. */
export function hearFrontEnd(
  { config, deps }: Pick<Llcs, 'config' | 'deps'>,
  options: {
    readonly name: string
    readonly from: PacketPlace
    readonly bytesMax: number
    readonly onPacket: (contents: Uint8Array) => void
    readonly onConnected: () => void
  },
): FrontEnd {
  const { name, from, bytesMax, onPacket, onConnected } = options
  let source: PacketSource | undefined
  let connections = 0
  const reconnect = (): void => {
    source?.close()
    source = undefined
  }
  const forget = (ended: PacketSource): void => {
    if (source === ended) source = undefined
  }
  const keeping = keepConnected({
    label: `${config.actor}/${name}`,
    clock: deps.wall,
    entropy: systemEntropy,
    log: deps.log,
    maxMillis: retryMillisMax,
    async connect() {
      const opened = await portsOf(deps).openPacketSource({ from, bytesMax, onPacket })
      void opened.closed.then(() => forget(opened))
      source = opened
      connections += 1
      onConnected()
      return opened
    },
  })
  return {
    get isConnected() {
      return source !== undefined
    },
    get connections() {
      return connections
    },
    reconnect,
    async close() {
      await keeping.close()
      reconnect()
    },
  }
}
