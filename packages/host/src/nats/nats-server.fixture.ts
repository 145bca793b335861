import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type NatsConnection } from '@nats-io/transport-node'

const program = 'nats-server'

/** Whether the machine has the server: Debian's package `nats-server`. */
export const hasNatsServer = spawnSync(program, ['--version']).status === 0

export type NatsServer = {
  /** `host:port` */
  readonly address: string
  connect(): Promise<NatsConnection>
  stop(): Promise<void>
}

/** One server, as a configuration says; without one, with JetStream on a folder of its own. */
export async function startNatsServer(config?: string): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-nats-'))
  const args =
    config === undefined ? ['-a', '127.0.0.1', '-p', '-1', '-js', '-sd', folder] : ['-c', config]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const address = await addressOf(child)
  return {
    address,
    connect: () => connect({ servers: address }),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(folder, { recursive: true, force: true })
          resolve()
        })
        child.kill()
      }),
  }
}

/** The server says in its log where it listens, and then that it is ready. */
const addressOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let log = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const address = /Listening for client connections on (\S+)/.exec(log)?.[1]
      if (address !== undefined && log.includes('Server is ready')) resolve(address)
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`nats-server ended: ${log}`)))
  })
