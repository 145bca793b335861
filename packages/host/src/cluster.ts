import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '@interlock/kernel'
import { claimFolder } from './claim.ts'
import { createDatabases, type DatabaseLogin } from './cluster-databases.ts'
import { endOrphan, prepareCluster, superuser } from './cluster-folder.ts'
import type { Running } from './deps.ts'
import { freePort } from './free-port.ts'
import type { Log } from './log.ts'
import { findPostgres } from './postgres-program.ts'
import { startPostmaster, type Postmaster } from './postmaster.ts'

export type ClusterOptions = {
  /** Its own folder; made if missing. */
  readonly dir: string
  /** Absent: any free one. */
  readonly port?: number
  readonly databases: readonly DatabaseLogin[]
  readonly log: Log
}

export type Cluster = Running & {
  /** Connection URL of a database, as its own login. */
  url(name: string): string
  readonly port: number
}

const host = '127.0.0.1'
const restartMillis = [100, 500, 1_000, 2_000, 5_000] as const
const attemptsMax = 3

/**
 * A PostgreSQL server inside this program: loopback only, SCRAM passwords, one login per database. A
 * server that dies is started again; one that an earlier, killed process left behind is ended first.
 * @throws Fault that names what is missing and what to do; nothing is left running
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { databases, log } = options
  const home = resolve(options.dir)
  const dir = join(home, 'postgres')
  const program = await findPostgres()
  const unclaim = claimFolder(home)
  let postmaster: Postmaster
  let port: number
  try {
    await endOrphan(dir, log)
    if (options.port !== undefined) await freePort(host, options.port)
    const password = prepareCluster(program, dir)
    ;({ postmaster, port } = await startSomewhere(options.port, (free) =>
      startPostmaster({ program, dir, host, port: free, log }),
    ))
    await createDatabases(urlOf(port, superuser, password, 'postgres'), databases).catch(
      async (cause: unknown) => {
        await postmaster.stop()
        throw new Fault('ClusterStart', `${dir}: the databases could not be created`, { cause })
      },
    )
  } catch (error) {
    unclaim()
    throw error
  }

  let open = true
  const watch = async (): Promise<void> => {
    while (open) {
      await postmaster.gone
      for (let attempt = 0; open; attempt++) {
        log.error({ dir, attempt }, 'the database server has gone; starting it again')
        await sleep(restartMillis[attempt] ?? restartMillis.at(-1))
        if (!open) return
        try {
          postmaster = await startPostmaster({ program, dir, host, port, log })
          break
        } catch (error) {
          if (!(error instanceof Fault)) throw error
        }
      }
    }
  }
  const watching = watch()
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    open = false
    await postmaster.stop()
    await watching
    await postmaster.stop()
    unclaim()
  }

  return {
    port,
    url(name) {
      const login = databases.find((each) => each.name === name)
      if (login === undefined) throw new TypeError(`the cluster has no database ${name}`)
      return urlOf(port, login.user, login.password, name)
    },
    close: () => (closing ??= close()),
  }
}

const urlOf = (port: number, user: string, password: string, name: string): string =>
  `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${name}`

/** A port found free may be taken a moment later; one that was asked for is tried once. */
async function startSomewhere(
  wanted: number | undefined,
  start: (port: number) => Promise<Postmaster>,
): Promise<{ postmaster: Postmaster; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(host, wanted)
    try {
      return { port, postmaster: await start(port) }
    } catch (error) {
      const taken = error instanceof Fault && error.code === 'PortTaken'
      if (!taken || wanted !== undefined || attempt === attemptsMax) throw error
    }
  }
}
