import { spawn, type ChildProcess } from 'node:child_process'
import { Fault } from '@interlock/kernel'
import { programEnvironment } from './cluster-folder.ts'
import type { Log } from './log.ts'
import type { PostgresProgram } from './postgres-program.ts'
import { endProcess } from './processes.ts'

/** One run of the database server. */
export type Postmaster = {
  /** Resolves when the server has gone, for whatever reason. */
  readonly gone: Promise<void>
  /** Ends it: clients are cut off, nothing committed is lost. */
  stop(): Promise<void>
}

const readyMillisMax = 60_000
const stopMillisMax = 10_000
const tailLinesMax = 20

type Options = {
  readonly program: PostgresProgram
  readonly dir: string
  readonly host: string
  readonly port: number
  readonly log: Log
}

/** Starts the server and waits until it accepts connections. @throws Fault `ClusterStart`, `PortTaken` */
export async function startPostmaster(options: Options): Promise<Postmaster> {
  const { program, dir, host, port, log } = options
  const settings = {
    listen_addresses: host,
    unix_socket_directories: '',
    // Statements set passwords; they must not reach a log.
    log_min_error_statement: 'panic',
    log_statement: 'none',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(program.postgres, ['-D', dir, '-p', `${port}`, ...flags], {
    ...program.user,
    cwd: dir,
    env: programEnvironment,
    // A group of its own: Ctrl-C in a terminal must not end the database before its actors.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const { pid } = child
  const forgetGuardian = pid === undefined ? () => {} : guard(pid)
  const stop = async (): Promise<void> => {
    if (pid !== undefined && child.exitCode === null && child.signalCode === null)
      await endProcess(pid, ['SIGINT', 'SIGQUIT', 'SIGKILL'], stopMillisMax)
    await gone
    forgetGuardian()
  }
  try {
    await ready(child, gone, options)
  } catch (error) {
    await stop()
    throw error
  }
  log.info({ port, server: pid }, 'database server ready')
  return { gone: gone.then(forgetGuardian), stop }
}

/**
 * A shell that waits for this process to be gone, however it went, and then ends the server: the pipe
 * between them is closed by the system. So a killed process leaves no server behind.
 */
function guard(pid: number): () => void {
  const script = 'read -r _; kill -INT "$1"'
  const guardian = spawn('/bin/sh', ['-c', script, 'interlock-guardian', `${pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guardian.on('error', () => {})
  guardian.unref()
  return () => void guardian.kill('SIGKILL')
}

async function ready(child: ChildProcess, gone: Promise<void>, options: Options): Promise<void> {
  const tail: string[] = []
  const accepting = new Promise<'ready'>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((each) => each !== '')) {
        tail.push(line)
        if (tail.length > tailLinesMax) tail.shift()
        if (line.includes('ready to accept connections')) resolve('ready')
        if (/\b(ERROR|FATAL|PANIC):/.test(line)) options.log.warn({ line }, 'database server')
      }
    })
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), readyMillisMax)
  })
  const first = await Promise.race([accepting, late, gone])
  clearTimeout(timer)
  if (first === 'ready') return
  const words = tail.join('\n')
  if (/could not bind|Address already in use/.test(words))
    throw new Fault('PortTaken', `port ${options.port} of ${options.host} is taken`, {
      remedy: 'stop what listens there, or choose another port',
    })
  throw new Fault('ClusterStart', `${options.dir}: the database server did not start: ${words}`, {
    remedy: 'put right what it says, or give the URL of a PostgreSQL server of your own',
  })
}
