import { execFileSync } from 'node:child_process'
import type { Running } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { openSite } from '../bench/load/site.ts'
import { startLoad } from '../bench/load/start-load.ts'

/** Many stations, connected to one CSMS over mutual TLS. */
export type Fleet = Running & {
  /** Wall time from the first connection to the last. */
  readonly secondsToConnect: number
  /** Resident memory of the process with the CSMS, with every station connected and at rest. */
  readonly restMebibytes: number
  /** Resets every connection; resolves when each station has booted again. */
  storm(): Promise<{ readonly millis: number; readonly refusedConnections: number }>
  rollCall(): Promise<RollCall>
}

export type RollCall = {
  /** Live sessions of the CSMS. */
  readonly sessions: number
  /** Stations whose own call is answered. */
  readonly answered: number
  /** Stations that the CSMS reaches, and not on a connection that is dead. */
  readonly reached: number
}

const target = 'csms'
/** Besides its connections a process has files, its database and its modules open. */
const filesBeside = 512

/**
 * Starts everything and connects `count` stations.
 * @throws Fault `FilesMax` where a process may not have that many connections.
 */
export async function openFleet(
  dir: string,
  count: number,
  say: (words: string) => void,
): Promise<Fleet> {
  checkFilesMax(count + filesBeside)
  const open: Running[] = []
  const close = async (): Promise<void> => {
    for (const part of open.splice(0).toReversed()) await part.close()
  }
  try {
    say(`Making ${count} stations, the CSMS and its database.`)
    const site = await openSite(dir, count)
    open.push(site)
    const { csms, stations, rootPem } = site
    const load = startLoad()
    open.push(load)
    say('Connecting them.')
    const began = performance.now()
    await load.open({ name: target, port: csms.ocppPorts.profile3, rootPem, stations })
    return {
      secondsToConnect: secondsOf(performance.now() - began),
      restMebibytes: residentMebibytes(),
      storm: () => load.storm(target),
      async rollCall() {
        const answered = await load.answered(target, count)
        await Promise.all([...csms.sessions.values()].map(callOnce))
        const reached = (await load.calls(target)).filter((calls) => calls > 0).length
        return { sessions: csms.sessions.size, answered, reached }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function callOnce(session: {
  call(action: 'TriggerMessage', payload: { requestedMessage: 'Heartbeat' }): Promise<unknown>
}): Promise<void> {
  await session.call('TriggerMessage', { requestedMessage: 'Heartbeat' })
}

/** Node has raised its own limit as far as it may, and a shell inherits it. */
function checkFilesMax(needed: number): void {
  const said = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim()
  const refusal = filesRefusal(said, needed)
  if (refusal !== undefined) throw refusal
}

/** `said`: what `ulimit -n` prints. */
export function filesRefusal(said: string, needed: number): Fault | undefined {
  if (said === 'unlimited' || Number(said) >= needed) return undefined
  return new Fault('FilesMax', `a process may open ${said} files here, and ${needed} are needed`, {
    remedy: `raise the hard limit first, as root: ulimit -Hn ${needed} && ulimit -n ${needed}`,
  })
}

/** What of a roll call is missing, as sentences. */
export const missing = (
  stations: number,
  { sessions, answered, reached }: RollCall,
): readonly string[] => {
  const rows: readonly (readonly [boolean, string])[] = [
    [sessions === stations, `the CSMS has ${sessions} sessions of ${stations}`],
    [answered === stations, `${answered} of ${stations} were answered`],
    [reached === stations, `the CSMS reaches ${reached} of ${stations}`],
  ]
  return rows.filter(([holds]) => !holds).map(([, words]) => words)
}

/** To a tenth. */
export const secondsOf = (millis: number): number => Math.round(millis / 100) / 10

const residentMebibytes = (): number => Math.round(process.memoryUsage().rss / 1_048_576)
const sampleMillis = 100

/** What the process with the CSMS has used. */
export type Used = {
  /** Highest resident memory. */
  readonly peakMebibytes: number
  /** Processor time, in user and system mode; unlike wall time it does not tell of other programs. */
  readonly processorSeconds: number
}

/** Measures this process from now on. */
export function watchUse(): { stop(): Used } {
  const before = process.cpuUsage()
  let peak = residentMebibytes()
  const timer = setInterval(() => (peak = Math.max(peak, residentMebibytes())), sampleMillis)
  return {
    stop() {
      clearInterval(timer)
      const { user, system } = process.cpuUsage(before)
      const processorSeconds = secondsOf((user + system) / 1_000)
      return { peakMebibytes: Math.max(peak, residentMebibytes()), processorSeconds }
    },
  }
}
