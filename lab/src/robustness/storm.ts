import type { Running } from '@interlock/host'
import { openSite } from '../bench/load/site.ts'
import { startLoad, type Load } from '../bench/load/start-load.ts'

export type StormReport = {
  readonly stations: number
  /** Wall time from the reset of every connection until the last station has booted again. */
  readonly secondsToBoot: number
  /** Connections that were refused or broke on the way, each tried again after a random wait. */
  readonly refusedConnections: number
  /** Live sessions of the CSMS afterwards. */
  readonly sessions: number
  /** Stations whose own call is answered on the new connection. */
  readonly answered: number
  /** Stations that the CSMS reaches on the new connection, and not on one that is dead. */
  readonly reached: number
  /** Highest resident memory of the process with the CSMS. */
  readonly peakMebibytes: number
  /** What it held with every station connected, before the storm. */
  readonly restMebibytes: number
}

const target = 'csms'
const sampleMillis = 100

/**
 * Every station's connection is reset at one moment, and all come back at once: each must boot, on a
 * session of its own that the CSMS then uses.
 */
export async function storm(options: {
  readonly dir: string
  readonly stations: number
  readonly say: (words: string) => void
}): Promise<StormReport> {
  const { dir, stations: count, say } = options
  const open: Running[] = []
  try {
    say(`Making ${count} stations, the CSMS and its database.`)
    const site = await openSite(dir, count)
    open.push(site)
    const { csms, stations, rootPem } = site
    const load = startLoad()
    open.push(load)
    say('Connecting them.')
    await load.open({ name: target, port: csms.ocppPorts.profile3, rootPem, stations })
    const rest = residentMebibytes()
    const memory = watchMemory()
    say('Resetting every connection.')
    const { millis, refusedConnections } = await load.storm(target)
    const answered = await answeredBy(load, count)
    await Promise.all([...csms.sessions.values()].map(callOnce))
    const reached = (await load.calls(target)).filter((calls) => calls > 0).length
    return {
      stations: count,
      secondsToBoot: Math.round(millis / 100) / 10,
      refusedConnections,
      sessions: csms.sessions.size,
      answered,
      reached,
      peakMebibytes: memory.stop(),
      restMebibytes: rest,
    }
  } finally {
    for (const part of open.toReversed()) await part.close()
  }
}

/** Each sends one call and waits for the answer; it throws where one gets none. */
async function answeredBy(load: Load, stations: number): Promise<number> {
  const before = await load.run(target, 'Heartbeat', { stations, millis: 2_000 })
  return before.stations
}

async function callOnce(session: {
  call(action: 'TriggerMessage', payload: { requestedMessage: 'Heartbeat' }): Promise<unknown>
}): Promise<void> {
  await session.call('TriggerMessage', { requestedMessage: 'Heartbeat' })
}

const residentMebibytes = (): number => Math.round(process.memoryUsage().rss / 1_048_576)

function watchMemory(): { stop(): number } {
  let peak = residentMebibytes()
  const timer = setInterval(() => (peak = Math.max(peak, residentMebibytes())), sampleMillis)
  return {
    stop() {
      clearInterval(timer)
      return Math.max(peak, residentMebibytes())
    },
  }
}

/** What went wrong, as sentences; none when every station is back. */
export function stormFailures(report: StormReport): readonly string[] {
  const { stations, sessions, answered, reached } = report
  const rows: readonly (readonly [boolean, string])[] = [
    [sessions === stations, `the CSMS has ${sessions} sessions of ${stations}`],
    [answered === stations, `${answered} of ${stations} were answered`],
    [reached === stations, `the CSMS reaches ${reached} of ${stations}`],
  ]
  return rows.filter(([holds]) => !holds).map(([, words]) => words)
}
