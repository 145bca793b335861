import { Fault } from '@interlock/kernel'
import type { Peer } from '../peer.ts'
import type { SaidKind } from '../sealed-data.ts'
import { sharedMillis, type Answer, type Order, type WayName } from './protocol.ts'
import type { Way } from './way.ts'

export type Readers = Peer<Order, Answer>

/** What is published, how, and to how many. */
export type Plan = {
  readonly way: WayName
  readonly kind: SaidKind
  readonly messages: number
  readonly topics: number
  readonly readers: number
  /** `flood`: 64 publications wait at once to be kept, as many as the carrier takes in one bundle. `paced`: each when all readers have the last. */
  readonly pace: 'flood' | 'paced'
  readonly stop: AbortSignal
}

export type Passed = {
  readonly perSecond: number
  /** From before it is sealed until every reader has opened it, of each message. */
  readonly millis: readonly number[]
  /** Processor time of publisher and readers, of each message. */
  readonly cpuMicros: number
  readonly peakMebibytes: number
}

const inFlightMax = 64
const passMillisMax = 120_000

/** One message first, so that the readers are there; then the others. */
export async function pass(
  publisher: Way,
  peer: Readers,
  { way, kind, messages, topics, readers, pace, stop }: Plan,
): Promise<Passed> {
  const ask = (order: Order): Promise<Answer> => peer.ask(order, passMillisMax)
  await ask({ order: 'read', way, kind, readers, count: messages + 1 })
  await publisher.publish(0)
  await ask({ order: 'until', place: 0 })
  const sent: number[] = []
  const publish = async (): Promise<void> => {
    while (sent.length < messages && !stop.aborted) {
      const place = sent.push(sharedMillis())
      await publisher.publish(place % topics)
      if (pace === 'paced') await ask({ order: 'until', place })
    }
  }
  const before = process.cpuUsage()
  const began = sharedMillis()
  const publishing = pace === 'paced' ? 1 : inFlightMax
  await Promise.all(Array.from({ length: publishing }, publish))
  const taken = await ask({ order: 'taken' })
  const { user, system } = process.cpuUsage(before)
  stop.throwIfAborted()
  if (taken.answer !== 'taken') throw new Fault('PeerFailed', taken.answer)
  const at = taken.at.slice(1)
  return {
    perSecond: (messages * 1_000) / (Math.max(...at) - began),
    millis: at.map((each, place) => each - (sent[place] ?? began)),
    cpuMicros: (user + system + taken.cpuMicros) / messages,
    peakMebibytes: taken.peakMebibytes,
  }
}
