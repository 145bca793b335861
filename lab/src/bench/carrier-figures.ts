import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { prepareStreams } from '@interlock/host/nats'
import { hasNatsServer, startNatsServer } from '@interlock/host/nats-server.fixture'
import { crowdLines, latencyLines, type CrowdPlan } from './carrier/crowd.ts'
import { pass, type Passed, type Readers } from './carrier/pass.ts'
import type { Answer, Order, WayName } from './carrier/protocol.ts'
import { rawStream, rawWay, sealedWay, type Way } from './carrier/way.ts'
import { startPeer } from './peer.ts'
import { line, type Line } from './report.ts'
import { compare, interleaved } from './rounds.ts'
import { makeSecrets, sealedData, type SaidKind, type SealedData } from './sealed-data.ts'
import type { SealPlan } from './seal-figures.ts'

export type CarrierPlan = SealPlan &
  CrowdPlan & {
    /** Of one round. */
    readonly messages: number
    /** Of either side before the first round: code that is not compiled yet would be measured instead of it. */
    readonly warmingMessages: number
  }

const protections = [
  ['sealed over NATS, group MAC', 'load'],
  ['sealed over NATS, group with signature', 'capacity'],
] as const

/** What sealed messages are held against, in messages a second. */
type Rates = {
  readonly raw: number
  /** All the cryptography of a message, one after the other, in one process. */
  readonly cryptography: number
  /** The same with a process for each side, as the messages have. */
  readonly shared: number
}
type Bare = Passed & {
  readonly rates: Rates
  /** Processor time of all the cryptography of a message, beside that of NATS. */
  readonly cryptographyMicros: number
}
type Taken = { readonly ours: Passed; readonly bare: Bare }

/** The two ends that publish, and where to find as many readers as are wanted. */
type Field = {
  readonly wayOf: (way: WayName, kind: SaidKind, data: SealedData) => Way
  readonly dataOf: (kind: SaidKind) => SealedData
  readonly startReaders: () => Promise<Readers>
}

const keptMax = 1_000_000
const orderMillisMax = 60_000

/**
 * From a publisher, the bench, through a JetStream server of this machine to a reader in another
 * process, sealed and opened, against texts of the same length that are neither.
 */
export async function carrierFigures(plan: CarrierPlan): Promise<readonly Line[]> {
  if (!hasNatsServer) {
    plan.say('Not measuring sealed data over NATS: there is no nats-server here.')
    return []
  }
  plan.say('Measuring sealed data over NATS.')
  const server = await startNatsServer()
  const own = await server.connect()
  const other = await server.connect()
  const started: Readers[] = []
  const secrets = makeSecrets()
  try {
    await prepare(own)
    const field: Field = {
      wayOf: (way, kind, data) =>
        way === 'sealed' ? sealedWay(own, kind, data) : rawWay(other, kind, data),
      dataOf: (kind) => sealedData(kind, secrets),
      async startReaders() {
        const peer = startPeer<Order, Answer>(new URL('./carrier/reader.ts', import.meta.url))
        started.push(peer)
        await peer.ask({ order: 'open', address: own.getServer(), secrets }, orderMillisMax)
        return peer
      },
    }
    const reader = await field.startReaders()
    const lines: Line[] = []
    for (const [name, kind] of protections)
      lines.push(...(await protectionLines(name, kind, field, reader, plan)))
    const sideOf = (way: WayName) => ({
      way: field.wayOf(way, 'load', field.dataOf('load')),
      startReaders: field.startReaders,
    })
    return [...lines, ...(await crowdLines(plan, sideOf))]
  } finally {
    for (const each of started) await each.close()
    for (const connection of [own, other]) await connection.close()
    await server.stop()
  }
}

async function prepare(connection: NatsConnection): Promise<void> {
  await prepareStreams(connection, { replicas: 1, keptMax })
  const manager = await jetstreamManager(connection)
  for (const [, kind] of protections) {
    const name = rawStream(kind)
    await manager.streams.add({ name, subjects: [`${name}.*`], max_msgs: keptMax })
  }
}

async function protectionLines(
  name: string,
  kind: SaidKind,
  { wayOf, dataOf }: Field,
  reader: Readers,
  { messages, pacedMessages, warmingMessages, rounds, stop }: CarrierPlan,
): Promise<readonly Line[]> {
  const data = dataOf(kind)
  type Pace = 'flood' | 'paced'
  const passOf = (way: WayName): ((pace: Pace, count: number) => Promise<Passed>) => {
    const publisher = wayOf(way, kind, data)
    const plan = { way, kind, topics: 1, readers: 1, stop }
    return (pace, count) => pass(publisher, reader, { ...plan, messages: count, pace })
  }
  const [sealed, raw] = [passOf('sealed'), passOf('raw')]
  for (const way of [sealed, raw]) await way('flood', warmingMessages)
  const floods = await interleaved<Passed, Bare>(
    rounds,
    () => sealed('flood', messages),
    async () => {
      const bare = await raw('flood', messages)
      const before = process.cpuUsage()
      const cryptography = await perSecond(messages, () => {
        for (let i = 0; i < messages; i++) {
          data.bare.seal()
          data.bare.open()
        }
      })
      const { user, system } = process.cpuUsage(before)
      const cryptographyMicros = (user + system) / messages
      const shared = await perSecond(messages, () => {
        const opening = reader.ask({ order: 'bare', kind, count: messages }, orderMillisMax)
        for (let i = 0; i < messages; i++) data.bare.seal()
        return opening
      })
      const rates = { raw: bare.perSecond, cryptography, shared }
      return { ...bare, rates, cryptographyMicros }
    },
    stop,
  )
  const paced = await interleaved(
    1,
    () => sealed('paced', pacedMessages),
    () => raw('paced', pacedMessages),
    stop,
  )
  return [...rateLines(name, floods), ...latencyLines(name, paced)]
}

async function perSecond(count: number, work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return (count * 1_000) / (performance.now() - began)
}

function rateLines(name: string, taken: readonly Taken[]): readonly Line[] {
  const beside = (more: string, against: string, rateOf: (rates: Rates) => number): Line => {
    const rounds = taken.map(({ ours, bare }) => ({
      ours: ours.perSecond,
      bare: rateOf(bare.rates),
    }))
    return line(`${name}${more}`, '/s', against, 'higher', compare(rounds))
  }
  const micros = taken.map(({ ours, bare }) => ({
    ours: ours.cpuMicros,
    bare: bare.cpuMicros + bare.cryptographyMicros,
  }))
  const both = 'raw NATS and cryptography together'
  return [
    beside('', 'slower of raw NATS, cryptography', ({ raw, cryptography }) =>
      Math.min(raw, cryptography),
    ),
    beside(': rate', 'raw NATS', ({ raw }) => raw),
    beside(': rate', 'cryptography', ({ cryptography }) => cryptography),
    beside(': rate', 'cryptography in two processes', ({ shared }) => shared),
    line(`${name}: processor time`, 'µs', both, 'lower', compare(micros)),
  ]
}
