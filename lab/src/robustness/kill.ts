import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeAtomic, type Running } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { openPool, poolLimits } from '@interlock/store'
import { openGround } from '../bench/load/site.ts'
import { chargingStation, type ChargingStation } from './charging-station.ts'
import { judgeKept, type KeptEvent, type KeptJudgement } from './kept-events.ts'
import { misjudged, readShown } from './shown-transactions.ts'

export type KillReport = KeptJudgement & {
  readonly kills: number
  readonly stations: number
  /** Transactions of which a CSMS that had just started said something else than their stations were told. */
  readonly misjudged: number
  /** Of the process, until it listened again; the longest of all. */
  readonly startMillisMax: number
}

/** After the load is under way, at the longest: a kill may come at any moment of a group commit. */
const pauseMillisMax = 300
/** Wall time for every station to connect again, on a busy machine. */
const loadMillisMax = 120_000

/**
 * Kills the CSMS in the middle of its load, again and again, with SIGKILL; the stations come back and
 * send again what nobody acknowledged. Each time the CSMS has started, before they are back, its API is
 * held against what they were told; and so it is at the end, with the database.
 */
export async function kill(options: {
  readonly dir: string
  readonly kills: number
  readonly stations: number
  readonly say: (words: string) => void
}): Promise<KillReport> {
  const { dir, kills, stations: count, say } = options
  const open: Running[] = []
  try {
    const ground = await openGround(dir, count)
    open.push(ground)
    const path = join(dir, 'csms.json')
    writeAtomic(path, JSON.stringify(ground.config))
    const run = Date.now().toString(36)
    const stations = ground.stations.map((each) => chargingStation(each, run))
    let csms = await startProcess(path)
    const { rootPem, reader } = ground
    let wrong = 0
    let startMillisMax = 0
    const judge = async ({ restPort }: Killable): Promise<void> => {
      const shown = await readShown(restPort, { identity: reader, rootPem }, stations)
      wrong += misjudged(shown, stations)
    }
    const startAgain = async (): Promise<Killable> => {
      const began = performance.now()
      const started = await startProcess(path)
      startMillisMax = Math.max(startMillisMax, Math.round(performance.now() - began))
      await judge(started)
      return started
    }
    for (let at = 0; at < kills; at++) {
      const serving = serveAll(stations, { port: csms.port, rootPem })
      await underLoad(stations)
      await pause(Math.random() * pauseMillisMax)
      await csms.kill()
      await serving
      say(`Kill ${at + 1}: ${acknowledgedBy(stations)} events acknowledged so far.`)
      csms = await startAgain()
    }
    for (const each of stations) each.finish()
    await serveAll(stations, { port: csms.port, rootPem })
    const waiting = stations.filter((each) => !each.finished()).length
    if (waiting > 0) throw new Fault('KillUnfinished', `${waiting} stations were not served again`)
    await judge(csms)
    await csms.kill()
    const kept = await compare(ground.cluster.url('csms'), stations)
    return { kills, stations: count, misjudged: wrong, startMillisMax, ...kept }
  } finally {
    for (const part of open.toReversed()) await part.close()
  }
}

const acknowledgedBy = (stations: readonly ChargingStation[]): number =>
  stations.reduce((sum, each) => sum + each.acknowledged.length, 0)

/** Resolves when as many further events are acknowledged as there are stations. */
async function underLoad(stations: readonly ChargingStation[]): Promise<void> {
  const wanted = acknowledgedBy(stations) + stations.length
  const until = performance.now() + loadMillisMax
  while (acknowledgedBy(stations) < wanted) {
    if (performance.now() > until)
      throw new Fault('NoLoad', `${stations.length} stations were not served in time`)
    await pause(20)
  }
}

/** Serves each station until its connection has ended for good. */
const serveAll = async (
  stations: readonly ChargingStation[],
  place: { readonly port: number; readonly rootPem: string },
): Promise<void> => {
  // Killed while they connect: they are as offline as the others.
  await Promise.allSettled(stations.map((station) => station.serve(place)))
}

type Ports = { readonly port: number; readonly restPort: number }
type Killable = Ports & { kill(): Promise<void> }

async function startProcess(path: string): Promise<Killable> {
  const script = fileURLToPath(new URL('./csms-process.ts', import.meta.url))
  const child = fork(script, [path], { execArgv: ['--import', 'tsx'] })
  return {
    ...(await portsOf(child)),
    kill: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}

const portsOf = (child: ChildProcess): Promise<Ports> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Ports))
    child.once('exit', () => reject(new Fault('CsmsEnded', 'the CSMS did not start')))
  })

/** Reads the server's own tables, whatever schema it has brought them to. */
async function compare(url: string, stations: readonly ChargingStation[]) {
  const pool = openPool(url, 'csms', poolLimits)
  const client = await pool.connect()
  try {
    const { rows } = await client.query<KeptEvent>(
      'select station_id, transaction_id, seq_no, event_type, message from transaction_events',
      [],
    )
    return judgeKept(rows, stations)
  } finally {
    client.release()
    await pool.end()
  }
}

const pause = (wallMillis: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, wallMillis)
  })

/** What went wrong, as sentences; none when nothing was lost. */
export function killFailures(report: KillReport): readonly string[] {
  const { acknowledged, transactions, stations } = report
  const { lost, altered, doubled, open, misjudged: wrong } = report
  const rows: readonly (readonly [boolean, string])[] = [
    [
      acknowledged > stations,
      `${acknowledged} events of ${stations} stations were acknowledged: no load`,
    ],
    [
      transactions >= stations,
      `${transactions} transactions of ${stations} stations are in the database`,
    ],
    [lost === 0, `${lost} acknowledged events are not in the database`],
    [altered === 0, `${altered} events are not in the database as they were sent`],
    [doubled === 0, `${doubled} events are in the database more than once`],
    [wrong === 0, `a restarted CSMS said otherwise of ${wrong} transactions`],
    [open === 0, `${open} transactions are not closed in order`],
  ]
  return rows.filter(([holds]) => !holds).map(([, words]) => words)
}
