import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Fault, toHex } from '@interlock/kernel'
import { diskFault } from './disk-fault.ts'
import { systemCalls } from './file-calls.ts'
import { ensureDir, temporaryDir, writeAtomic } from './files.ts'
import type { Log } from './log.ts'
import { systemEntropy } from './node-crypto.ts'
import { demandReachable, type PostgresProgram } from './postgres-program.ts'
import { endProcess, processStart } from './processes.ts'

export const superuser = 'interlock'

/** The environment of the database's programs: none of ours, so that no setting or secret leaks in. */
export const programEnvironment = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }

/**
 * Makes sure that `dir` holds a database cluster, creating it whole or not at all.
 * @returns the superuser's password
 * @throws Fault `PostgresUnreachable`, `ClusterDamaged`, `ClusterInit` or a disk Fault
 */
export function prepareCluster(program: PostgresProgram, dir: string): string {
  const passwordPath = join(dirname(dir), 'superuser.password')
  ensureDir(dirname(dir))
  if (existsSync(join(dir, 'PG_VERSION'))) {
    demandReachable(program, dir)
    if (existsSync(passwordPath)) return readFileSync(passwordPath, 'utf8')
    throw new Fault('ClusterDamaged', `${passwordPath} is missing`, {
      remedy: 'restore it, or start with an empty data folder',
    })
  }
  const draft = `${dir}.draft`
  rmSync(draft, { recursive: true, force: true })
  ensureDir(draft, 0o700)
  if (program.user !== undefined) chownSync(draft, program.user.uid, program.user.gid)
  demandReachable(program, draft)
  const password = toHex(systemEntropy.bytes(24))
  writeAtomic(passwordPath, password)
  initialise(program, draft, password)
  try {
    renameSync(draft, dir)
    systemCalls.syncDir(dirname(dir))
  } catch (cause) {
    throw diskFault(dir, cause)
  }
  return password
}

function initialise(program: PostgresProgram, draft: string, password: string): void {
  // initdb reads the password from a file, as the database's user; the folder is gone at once.
  const secret = temporaryDir('interlock-initdb')
  const passwordFile = join(secret, 'password')
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 })
    const { user } = program
    if (user !== undefined) chownSync(passwordFile, user.uid, user.gid)
    const done = spawnSync(
      program.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
      ],
      { ...user, cwd: draft, env: programEnvironment, encoding: 'utf8' },
    )
    if (done.status === 0) return
    const words = (done.stderr || `${done.error?.message ?? done.signal}`).trim()
    throw new Fault('ClusterInit', `${draft}: no database could be created: ${words}`, {
      cause: done.error,
      remedy: 'put right what it says, or give the URL of a PostgreSQL server of your own',
    })
  } finally {
    rmSync(secret, { recursive: true, force: true })
  }
}

/**
 * Ends the server that an earlier process left behind when it was killed. The caller has claimed the
 * folder, so nobody else is using it.
 */
export async function endOrphan(dir: string, log: Log): Promise<void> {
  const path = join(dir, 'postmaster.pid')
  if (!existsSync(path)) return
  const [first = '', folder] = readFileSync(path, 'utf8').split('\n')
  const pid = Number(first)
  if (folder !== dir || processStart(pid) === undefined || !runsIn(pid, dir)) return
  log.warn({ pid, dir }, 'ending the database server that an earlier run left behind')
  if (await endProcess(pid, ['SIGINT', 'SIGQUIT', 'SIGKILL'], 10_000)) return
  throw new Fault('ClusterOrphan', `${dir}: process ${pid} still uses the database`, {
    remedy: `end process ${pid}, then start again`,
  })
}

/** The process id in the file may by now be another program's, which is left alone. */
function runsIn(pid: number, dir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(dir)
  } catch {
    const listed = spawnSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' })
    return listed.stdout?.includes(dir) ?? false
  }
}
