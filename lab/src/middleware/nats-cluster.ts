import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { ensureDir, freePort, writeAtomic } from '@interlock/host'
import { natsServerConfig, type NatsUser } from '@interlock/host/nats'
import { Fault } from '@interlock/kernel'
import type { Authority } from './authority.ts'
import { openProxy, type TcpProxy } from './tcp-proxy.ts'

const program = 'nats-server'
const startMillisMax = 30_000

export type NatsCluster = {
  /** `host:port` of each. */
  readonly servers: readonly string[]
  kill(node: number): Promise<void>
  restart(node: number): Promise<void>
  /** Cuts one node off from the others; its clients still reach it. */
  partition(node: number): void
  heal(): void
  close(): Promise<void>
}

type Node = { readonly port: number; readonly config: string; child?: ChildProcess }

/** Servers with streams on disk, over mutual TLS; each reaches each other by a way of its own that can be cut. */
export async function startCluster(
  dir: string,
  count: number,
  authority: Authority,
  users: readonly NatsUser[],
): Promise<NatsCluster> {
  const places = Array.from({ length: count }, (_, i) => i)
  const ports = await Promise.all(places.map(async () => freePort('127.0.0.1')))
  const routePorts = await Promise.all(places.map(async () => freePort('127.0.0.1')))
  const ways: (TcpProxy & { readonly from: number; readonly to: number })[] = []
  for (const from of places)
    for (const to of places)
      if (from !== to) ways.push({ ...(await openProxy(routePorts[to] ?? 0)), from, to })
  const nodes = places.map((place): Node => {
    const name = `node-${place + 1}`
    const folder = `${dir}/${name}`
    ensureDir(folder)
    const identity = authority.certify('broker', name)
    const identityFolder = authority.folderOf(name)
    writeAtomic(`${folder}/key.pem`, identity.keyPem)
    const routes = ways.filter(({ from }) => from === place)
    const config = natsServerConfig({
      name,
      host: '127.0.0.1',
      port: ports[place] ?? 0,
      files: {
        ca: authority.root,
        certificate: `${identityFolder}/chain.pem`,
        key: `${folder}/key.pem`,
      },
      users,
      store: `${folder}/streams`,
      cluster: {
        port: routePorts[place] ?? 0,
        routes: routes.map(({ port }) => `127.0.0.1:${port}`),
        // Nobody is to find another way than those that can be cut.
        advertise: '127.0.0.1:1',
      },
    })
    writeAtomic(`${folder}/server.conf`, config, 0o600)
    return { port: ports[place] ?? 0, config: `${folder}/server.conf` }
  })

  async function start(node: Node): Promise<void> {
    const child = spawn(program, ['-c', node.config], { stdio: ['ignore', 'ignore', 'pipe'] })
    node.child = child
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)))
    const until = Date.now() + startMillisMax
    while (!(await answers(node.port))) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Fault('CarrierLost', `${node.config}: the server does not start: ${said}`)
      await pause(50)
    }
  }
  async function kill({ child }: Node): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  const nodeAt = (place: number): Node => {
    const node = nodes[place]
    if (node === undefined) throw new Error(`there is no node ${place}`)
    return node
  }

  const close = async (): Promise<void> => {
    await Promise.all(nodes.map(kill))
    await Promise.all(ways.map((way) => way.close()))
  }
  try {
    await Promise.all(nodes.map(start))
  } catch (cause) {
    await close()
    throw cause
  }
  return {
    servers: nodes.map(({ port }) => `127.0.0.1:${port}`),
    kill: (place) => kill(nodeAt(place)),
    restart: (place) => start(nodeAt(place)),
    partition(place) {
      for (const way of ways) if (way.from === place || way.to === place) way.cut()
    },
    heal() {
      for (const way of ways) way.mend()
    },
    close,
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
