import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Fault } from '@interlock/kernel'
import { demandReachable, diskFault, findPostgres, freePort } from '@interlock/host'
import { missing, ok, type Finding } from './finding.ts'

/** A Fault as a finding; a bug stays one. */
function found(name: string, error: unknown): Finding {
  if (!(error instanceof Fault)) throw error
  return missing(name, error.message, error.remedy ?? 'put right what it says')
}

/** Runs the database's program as the user that it would run as. */
export async function checkPostgres(): Promise<Finding> {
  const name = 'PostgreSQL'
  try {
    const { postgres, user } = await findPostgres()
    const ran = spawnSync(postgres, ['--version'], { ...user, cwd: '/', encoding: 'utf8' })
    if (ran.status === 0) return ok(name, ran.stdout.trim())
    const words = (ran.stderr || `${ran.error?.message ?? ran.signal}`).trim()
    return missing(name, words, 'install the libraries that it names, then run npm ci again')
  } catch (error) {
    return found(name, error)
  }
}

/** Whether this process can write there, and, where we are root, the database's user get there. */
export async function checkDataFolder(dir: string): Promise<Finding> {
  const name = 'data folder'
  const place = nearest(resolve(dir))
  let probe: string | undefined
  try {
    probe = mkdtempSync(join(place, '.interlock-doctor-'))
    chmodSync(probe, 0o777)
    writeFileSync(join(probe, 'probe'), 'written', { flush: true })
    demandReachable(await findPostgres(), probe)
    return ok(name, `${resolve(dir)} can be written`)
  } catch (error) {
    const fault = error instanceof Fault && error.code.startsWith('PostgresUnreachable')
    const told = found(name, error instanceof Fault ? error : diskFault(place, error))
    return fault ? { ...told, detail: told.detail.replace(probe ?? place, place) } : told
  } finally {
    if (probe !== undefined) rmSync(probe, { recursive: true, force: true })
  }
}

/** The folder, or the first above it that is there. */
function nearest(dir: string): string {
  for (let at = dir; ; at = dirname(at)) if (existsSync(at) || dirname(at) === at) return at
}

export async function checkPort(port: number, name: string): Promise<Finding> {
  try {
    await freePort('127.0.0.1', port)
    return ok(name, `port ${port} is free`)
  } catch (error) {
    return { ...found(name, error), remedy: 'stop what listens there, or use --port' }
  }
}
