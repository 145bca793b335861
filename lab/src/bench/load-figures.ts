import type { Running } from '@interlock/host'
import { bareHeartbeat, openBareServer } from './load/bare-server.ts'
import { openBareEvents } from './load/bare-events.ts'
import { openPlainEndpoint } from './load/plain-endpoint.ts'
import type { LoadKind } from './load/protocol.ts'
import { openSite } from './load/site.ts'
import { startLoad, type Load } from './load/start-load.ts'
import { compare, interleaved } from './rounds.ts'
import { line, type Line } from './report.ts'

export type LoadPlan = {
  readonly dir: string
  readonly stations: number
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
    plan.say(`Starting the CSMS, its database and ${plan.stations} stations.`)
    const site = adopt(await openSite(plan.dir, plan.stations))
    const { identity, rootPem, stations } = site
    const tls = { identity, rootPem }
    const events = adopt(await openBareEvents(site.cluster.url('bare')))
    const plain = adopt(await openPlainEndpoint())
    const bare = {
      plain: adopt(await openBareServer(bareHeartbeat)),
      secure: adopt(await openBareServer(bareHeartbeat, tls)),
      events: adopt(await openBareServer(events.answer, tls)),
    }
    const load = adopt(startLoad())
    const ports: readonly (readonly [string, number, boolean])[] = [
      ['plain', plain.port, false],
      ['bare plain', bare.plain.port, false],
      ['csms', site.csms.ocppPorts.profile3, true],
      ['bare secure', bare.secure.port, true],
      ['bare events', bare.events.port, true],
    ]
    for (const [name, port, secure] of ports)
      await load.open({ name, port, stations, ...(secure ? { rootPem } : {}) })

    const pair = comparing(load, plan)
    return [
      ...(await pair('heartbeats, plain', 'Heartbeat', 'plain', 'bare plain', 'ws echo')),
      ...(await pair('heartbeats, mutual TLS', 'Heartbeat', 'csms', 'bare secure', 'ws echo')),
      ...(await pair(
        'durable TransactionEvents',
        'TransactionEvent',
        'csms',
        'bare events',
        'bare handler',
      )),
    ]
  } finally {
    for (const part of open.toReversed()) await part.close()
  }
}

const comparing =
  (load: Load, { rounds, roundMillis, say, stop }: LoadPlan) =>
  async (
    name: string,
    send: LoadKind,
    ours: string,
    bare: string,
    against: string,
  ): Promise<readonly Line[]> => {
    say(`Measuring ${name}.`)
    const taken = await interleaved(
      rounds,
      () => load.run(ours, send, roundMillis),
      () => load.run(bare, send, roundMillis),
      stop,
    )
    const of = (figure: 'perSecond' | 'cpuMicros') =>
      compare(taken.map((round) => ({ ours: round.ours[figure], bare: round.bare[figure] })))
    return [
      line(name, '/s', against, 'higher', of('perSecond')),
      line(`${name}: processor time`, 'µs', against, 'lower', of('cpuMicros')),
    ]
  }
