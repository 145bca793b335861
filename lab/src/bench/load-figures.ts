import type { Running } from '@interlock/host'
import { bareHeartbeat, openBareServer } from './load/bare-server.ts'
import { openBareStore } from './load/bare-store.ts'
import { openPlainEndpoint } from './load/plain-endpoint.ts'
import type { LoadKind } from './load/protocol.ts'
import { openSite } from './load/site.ts'
import { idleMemory } from './load/idle-memory.ts'
import { startLoad, type Load } from './load/start-load.ts'
import { compare, interleaved } from './rounds.ts'
import { line, type Line } from './report.ts'

export type LoadPlan = {
  readonly dir: string
  /** Loads to measure under; the last is the largest. */
  readonly stations: readonly number[]
  readonly rounds: number
  readonly roundMillis: number
  readonly say: (words: string) => void
  readonly stop: AbortSignal
}

/** Messages a second that the server side sustains, against bare servers under the same load. */
export async function loadFigures(plan: LoadPlan): Promise<readonly Line[]> {
  const open: Running[] = []
  const adopt = <Part extends Running>(part: Part): Part => {
    open.push(part)
    return part
  }
  try {
    const most = Math.max(...plan.stations)
    plan.say(`Starting the CSMS, its database and ${most} stations.`)
    const site = adopt(await openSite(plan.dir, most))
    const { identity, rootPem, stations } = site
    const tls = { identity, rootPem }
    const store = adopt(await openBareStore(site.cluster.url('bare')))
    const plain = adopt(await openPlainEndpoint())
    const bare = {
      plain: adopt(await openBareServer(bareHeartbeat)),
      secure: adopt(await openBareServer(bareHeartbeat, tls)),
      store: adopt(await openBareServer(store.answer, tls)),
    }
    const load = adopt(startLoad())
    const ports: readonly (readonly [string, number, boolean])[] = [
      ['plain', plain.port, false],
      ['bare plain', bare.plain.port, false],
      ['bare store', bare.store.port, true],
    ]
    for (const [name, port, secure] of ports)
      await load.open({ name, port, stations, ...(secure ? { rootPem } : {}) })
    plan.say('Measuring the memory of idle connections.')
    const memory = await idleMemory(load, stations, {
      csms: { port: site.csms.ocppPorts.profile3, rootPem },
      'bare secure': { port: bare.secure.port, rootPem },
    })
    const lines: Line[] = [
      line('memory of an idle connection, mutual TLS', 'KiB', 'ws server', 'lower', memory),
    ]
    for (const size of plan.stations)
      for (const [name, send, ours, other, against] of pairs)
        lines.push(...(await comparePair(load, plan, size, { name, send, ours, other, against })))
    return lines
  } finally {
    for (const part of open.toReversed()) await part.close()
  }
}

const pairs = [
  ['heartbeats, plain', 'Heartbeat', 'plain', 'bare plain', 'ws echo'],
  ['heartbeats, mutual TLS', 'Heartbeat', 'csms', 'bare secure', 'ws echo'],
  ['durable TransactionEvents', 'TransactionEvent', 'csms', 'bare store', 'bare handler'],
  ['durable MeterValues', 'MeterValues', 'csms', 'bare store', 'bare handler'],
  ['durable StatusNotifications', 'StatusNotification', 'csms', 'bare store', 'bare handler'],
] as const

type Pair = {
  readonly name: string
  readonly send: LoadKind
  readonly ours: string
  readonly other: string
  readonly against: string
}

async function comparePair(
  load: Load,
  { rounds, roundMillis: millis, say, stop }: LoadPlan,
  stations: number,
  { name: what, send, ours, other, against }: Pair,
): Promise<readonly Line[]> {
  const name = `${what}, ${stations} stations`
  say(`Measuring ${name}.`)
  const round = { stations, millis }
  const taken = await interleaved(
    rounds,
    () => load.run(ours, send, round),
    () => load.run(other, send, round),
    stop,
  )
  const of = (figure: 'perSecond' | 'cpuMicros' | 'p99Millis') =>
    compare(taken.map((each) => ({ ours: each.ours[figure], bare: each.bare[figure] })))
  return [
    line(name, '/s', against, 'higher', of('perSecond')),
    line(`${name}: processor time`, 'µs', against, 'lower', of('cpuMicros')),
    line(`${name}: p99`, 'ms', against, 'lower', of('p99Millis')),
  ]
}
