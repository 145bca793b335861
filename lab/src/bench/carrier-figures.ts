import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { natsCarrier, prepareStreams } from '@interlock/host/nats'
import { hasNatsServer, startNatsServer } from '@interlock/host/nats-server.fixture'
import { assert, utf8 } from '@interlock/kernel'
import { line, type Line } from './report.ts'
import { compare, compareAt, interleaved, microsPerCall } from './rounds.ts'
import { capacityMessages, loadMessages, type SealedData } from './sealed-data.ts'
import type { SealPlan } from './seal-figures.ts'

/** Messages of one round. */
export type CarrierPlan = SealPlan & { readonly messages: number }

const protections = [
  ['sealed over NATS, group MAC', loadMessages],
  ['sealed over NATS, group with signature', capacityMessages],
] as const

/** A way from a publisher to a reader. */
type Way = {
  /** Resolves when the server has the message. */
  readonly publish: () => Promise<unknown>
  /** Reads what is published from now on; yields when one has been taken, in their order. */
  readonly read: (signal: AbortSignal) => Promise<AsyncIterator<unknown>>
}
type Passed = { readonly perSecond: number; readonly millis: readonly number[] }
/** Raw messages, and the cryptography of as many sealed ones without NATS. */
type Bare = Passed & { readonly sealsPerSecond: number }
type Taken = { readonly ours: Passed; readonly bare: Bare }

const inFlightMax = 16
const roundMillisMax = 60_000
const keptMax = 1_000_000

/**
 * From a publisher through a JetStream server of this machine to a reader, sealed and opened, against
 * texts of the same length that are neither.
 */
export async function carrierFigures(plan: CarrierPlan): Promise<readonly Line[]> {
  if (!hasNatsServer) {
    plan.say('Not measuring sealed data over NATS: there is no nats-server here.')
    return []
  }
  plan.say('Measuring sealed data over NATS.')
  const server = await startNatsServer()
  const connections: NatsConnection[] = []
  try {
    for (let i = 0; i < 2; i++) connections.push(await server.connect())
    const [own, other] = connections
    assert(own !== undefined && other !== undefined, 'a connection for each side')
    await prepareStreams(own, { replicas: 1, keptMax })
    const lines: Line[] = []
    for (const [name, messages] of protections) {
      const data = messages()
      const [sealed, raw] = [sealedWay(own, data), await rawWay(other, data)]
      const taken = await interleaved(
        plan.rounds,
        () => pass(sealed, plan),
        async () => ({ ...(await pass(raw, plan)), sealsPerSecond: sealsPerSecond(data, plan) }),
        plan.stop,
      )
      lines.push(...linesOf(name, taken))
    }
    return lines
  } finally {
    for (const connection of connections) await connection.close()
    await server.stop()
  }
}

const sealsPerSecond = ({ bare }: SealedData, { roundMillis }: CarrierPlan): number =>
  1_000_000 / microsPerCall(bare, roundMillis)

function linesOf(name: string, taken: readonly Taken[]): readonly Line[] {
  const beside = (rateOf: (bare: Bare) => number) =>
    compare(taken.map(({ ours, bare }) => ({ ours: ours.perSecond, bare: rateOf(bare) })))
  const slower = beside(({ perSecond, sealsPerSecond }) => Math.min(perSecond, sealsPerSecond))
  const raw = beside(({ perSecond }) => perSecond)
  const millis = taken.flatMap(({ ours, bare }) =>
    ours.millis.map((own, place) => ({ ours: own, bare: bare.millis[place] ?? own })),
  )
  return [
    line(name, '/s', 'slower of raw NATS, cryptography', 'higher', slower),
    line(`${name}: rate`, '/s', 'raw NATS', 'higher', raw),
    ...[0.5, 0.99].map((share) =>
      line(`${name}: p${share * 100}`, 'ms', 'raw NATS', 'lower', compareAt(share, millis)),
    ),
  ]
}

function sealedWay(connection: NatsConnection, { topic, seal, open }: SealedData): Way {
  const carrier = natsCarrier(connection)
  let count = 0
  return {
    publish: () => carrier.publish(topic, seal(), `${topic.kind} ${count++}`),
    async read(signal) {
      const carried = carrier.read(topic, await carrier.last(topic.kind), signal)
      return each(carried, ({ message }) => open(message))
    },
  }
}

/** A stream with one subject, and JetStream's own client. */
async function rawWay(connection: NatsConnection, { topic, seal }: SealedData): Promise<Way> {
  const name = `raw-${topic.kind}`
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name, subjects: [name], max_msgs: keptMax })
  const client = jetstream(connection)
  const text = utf8(JSON.stringify(seal()))
  let count = 0
  return {
    publish: () => client.publish(name, text, { msgID: `${name} ${count++}` }),
    async read(signal) {
      const { state } = await manager.streams.info(name)
      const consumer = await client.consumers.get(name, { opt_start_seq: state.last_seq + 1 })
      const taken = await consumer.consume()
      signal.addEventListener('abort', () => taken.stop())
      return each(taken, (message) => message.string())
    },
  }
}

async function* each<Message>(
  messages: AsyncIterable<Message>,
  take: (message: Message) => unknown,
): AsyncGenerator {
  for await (const message of messages) yield take(message)
}

/** One message first, so that the reader is there; then the others, `inFlightMax` at once. */
async function pass({ publish, read }: Way, { messages, stop }: CarrierPlan): Promise<Passed> {
  const done = new AbortController()
  const signal = AbortSignal.any([done.signal, stop, AbortSignal.timeout(roundMillisMax)])
  const reading = await read(signal)
  try {
    const first = reading.next()
    await publish()
    assert((await first).done !== true, 'the first message came')
    const began = performance.now()
    const sent: number[] = []
    const millis: number[] = []
    const send = async (): Promise<void> => {
      while (sent.length < messages) {
        sent.push(performance.now())
        await publish()
      }
    }
    const receive = async (): Promise<void> => {
      for (let i = 0; i < messages; i++) {
        assert((await reading.next()).done !== true, 'every message comes')
        millis.push(performance.now() - (sent[i] ?? began))
      }
    }
    await Promise.all([receive(), ...Array.from({ length: inFlightMax }, send)])
    return { perSecond: (messages * 1_000) / (performance.now() - began), millis }
  } finally {
    done.abort()
    await reading.return?.()
  }
}
