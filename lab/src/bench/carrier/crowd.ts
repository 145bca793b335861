import { line, type Line } from '../report.ts'
import { compare, compareAt } from '../rounds.ts'
import { pass, type Passed, type Plan, type Readers } from './pass.ts'
import type { WayName } from './protocol.ts'
import type { Way } from './way.ts'

export type CrowdPlan = {
  /** How many topics one reader follows. */
  readonly topics: number
  /** How many readers follow one topic, and how many messages each of them takes. */
  readonly readers: number
  readonly crowdMessages: number
  /** Messages of which each is published when the last was opened. */
  readonly pacedMessages: number
  readonly stop: AbortSignal
  readonly say: (words: string) => void
}

/** A publisher's way, and new readers, in a process that has no past. */
type Side = { readonly way: Way; readonly startReaders: () => Promise<Readers> }
type Size = Pick<Plan, 'messages' | 'topics' | 'readers'>

/** One pass each: these take long, and tell their memory and time rather than a ratio. */
export async function crowdLines(
  { topics, readers, crowdMessages, pacedMessages, stop, say }: CrowdPlan,
  sideOf: (way: WayName) => Side,
): Promise<readonly Line[]> {
  say('Measuring many topics, and many readers.')
  const many = { messages: topics, topics, readers: 1 }
  const crowd = { messages: crowdMessages, topics: 1, readers }
  return [
    ...(await figures(`sealed, ${topics} topics`, many, pacedMessages)),
    ...(await figures(`sealed, ${readers} readers of one topic`, crowd, crowdMessages)),
  ]

  async function figures(name: string, size: Size, paced: number): Promise<readonly Line[]> {
    const [ours, bare] = [await both('sealed', size, paced), await both('raw', size, paced)]
    return linesOf(name, size.readers, ours, bare)
  }

  /** All at once, for the rate; then one by one, for how long each takes. */
  async function both(way: WayName, size: Size, messages: number): Promise<Passed> {
    const side = sideOf(way)
    const peer = await side.startReaders()
    try {
      const plan = { ...size, way, kind: 'load', stop } as const
      const flood = await pass(side.way, peer, { ...plan, pace: 'flood' })
      const { millis } = await pass(side.way, peer, { ...plan, messages, pace: 'paced' })
      return { ...flood, millis }
    } finally {
      await peer.close()
    }
  }

  function linesOf(name: string, each: number, ours: Passed, bare: Passed): readonly Line[] {
    const beside = (figureOf: (passed: Passed) => number) =>
      compare([{ ours: figureOf(ours), bare: figureOf(bare) }])
    return [
      line(
        `${name}: opened`,
        '/s',
        'raw NATS',
        'higher',
        beside((one) => one.perSecond * each),
      ),
      line(
        `${name}: memory`,
        'MiB',
        'raw NATS',
        'lower',
        beside((one) => one.peakMebibytes),
      ),
      ...latencyLines(name, [{ ours, bare }]),
    ]
  }
}

/** From before a message is sealed until its last reader has opened it. */
export function latencyLines(
  name: string,
  taken: readonly { readonly ours: Passed; readonly bare: Passed }[],
): readonly Line[] {
  const millis = taken.flatMap(({ ours, bare }) =>
    ours.millis.map((own, place) => ({ ours: own, bare: bare.millis[place] ?? own })),
  )
  return [0.5, 0.99].map((share) =>
    line(`${name}: p${share * 100}`, 'ms', 'raw NATS', 'lower', compareAt(share, millis)),
  )
}
