import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, processStart } from '@interlock/host'
import { Fault } from '@interlock/kernel'

const program = new URL('../bin/interlock.mjs', import.meta.url).pathname

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string }

/** The command, running as a process of its own. */
export type Child = {
  readonly pid: number
  /** Resolves when stdout or stderr shows it; rejects when the process ends before. */
  readonly shows: (words: string) => Promise<void>
  readonly out: () => string
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Promise<Ended>
}

export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env } })
  let out = ''
  let err = ''
  const waits = new Set<() => void>()
  const told = (): void => waits.forEach((check) => check())
  child.stdout.setEncoding('utf8').on('data', (text: string) => ((out += text), told()))
  child.stderr.setEncoding('utf8').on('data', (text: string) => ((err += text), told()))
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code) => resolve({ code, out, err })),
  )
  const shows = (words: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!out.includes(words) && !err.includes(words)) return
        waits.delete(check)
        resolve()
      }
      waits.add(check)
      check()
      void ended.then(({ code }) =>
        reject(new Error(`ended with ${code} before “${words}”:\n${out}${err}`)),
      )
    })
  return {
    pid: child.pid ?? 0,
    shows,
    out: () => out,
    kill: (signal) => void child.kill(signal),
    ended,
  }
}

/** Runs a command to its end. */
export const run = (...args: readonly string[]): Promise<Ended> => start(args).ended

export type Process = { readonly pid: number; readonly started: string; readonly command: string }

/** Every process below `pid`, and whoever works on `dir`: the database server has no other parent. */
export function processesOf(pid: number, dir: string): readonly Process[] {
  const all = readdirSync('/proc')
    .map(Number)
    .filter((each) => each > 0)
    .flatMap((each) => describe(each))
  const family = new Set([pid])
  for (let size = 0; size < family.size;) {
    size = family.size
    for (const each of all)
      if (family.has(each.parent) || each.command.includes(dir)) family.add(each.pid)
  }
  return all.filter((each) => family.has(each.pid))
}

/** Those of them that still run, once they have had time to go. */
export async function remaining(processes: readonly Process[]): Promise<readonly string[]> {
  const alive = () => processes.filter(({ pid, started }) => processStart(pid) === started)
  for (let waited = 0; waited < 30_000 && alive().length > 0; waited += 50) await sleep(50)
  return alive().map(({ command }) => command)
}

function describe(pid: number): (Process & { readonly parent: number })[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    const started = processStart(pid)
    return started === undefined ? [] : [{ pid, parent, command, started }]
  } catch {
    return []
  }
}

/** Tries until `look` finds something; the time limit is the test's. */
export async function eventually<Found>(
  look: () => Promise<Found | undefined> | Found | undefined,
): Promise<Found> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(200)
  }
}

/**
 * A port for the console such that the next one, the arm page's, is free too. Below the range that the
 * system hands to outgoing connections, which come and go while a test runs.
 */
export async function freePair(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 10_000 + 2 * Math.floor(Math.random() * 10_000)
    try {
      await freePort('127.0.0.1', port)
      await freePort('127.0.0.1', port + 1)
      return port
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  }
  throw new Error('no two ports are free')
}
