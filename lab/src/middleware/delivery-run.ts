import type { Topic } from '@interlock/contract'
import { inSeconds } from '@interlock/kernel'
import { setTimeout as pause } from 'node:timers/promises'
import { openProgress, type Finding } from '@interlock/topics'
import type { Middleware, Party } from './middleware.ts'

export type DeliveryReport = {
  readonly messages: number
  readonly authors: number
  readonly topics: number
  /** Said to be kept by the middleware, and opened by the reader. */
  readonly acknowledged: number
  readonly accepted: number
  readonly lost: number
  readonly outOfOrder: number
  readonly acceptedTwice: number
  /** What came more than once and was taken once. */
  readonly repeated: number
  readonly otherFindings: readonly string[]
  readonly waits: number
  /** Why it had to be waited, and how often. */
  readonly waitedFor: Readonly<Record<string, number>>
  readonly seconds: number
  readonly perSecond: number
}

export type DeliveryPlan = {
  readonly messages: number
  readonly authors: number
  readonly topicsEach: number
  readonly secondsMax: number
  /** Called as messages are said to be kept, with the share of all: others are still to be said. */
  readonly onShare?: (share: number) => void
}

/** Messages of one topic that are under way at once. */
const ahead = 64
const askAgainMillis = { first: 100, max: 2_000 } as const

/**
 * Authors say loads, sealed, through the real access point, and one reader opens them all; whatever happens to those
 * who carry meanwhile.
 */
export async function deliveryRun(
  middleware: Middleware,
  plan: DeliveryPlan,
): Promise<DeliveryReport> {
  const { authority, grant, enter } = middleware
  const dso = authority.certify('dso', 'reader')
  await grant(dso, 'read', { kind: 'load' })
  const reader = await enter(dso)
  const authors = await Promise.all(
    Array.from({ length: plan.authors }, async (_, i) => {
      const identity = authority.certify('csms', `author-${i}`)
      const feeder = `f${i}`
      await grant(identity, 'publish', { kind: 'load', feeder })
      const party = await enter(identity)
      const topics = Array.from({ length: plan.topicsEach }, (_, j): Topic => ({
        region: 'eastern',
        feeder,
        kind: 'load',
        id: `t${j}`,
      }))
      return { party, topics }
    }),
  )
  // Those of one author one after another: each join is a key for all who are in.
  const joinAll = async ({ party, topics }: (typeof authors)[number]): Promise<void> => {
    for (const topic of topics)
      for (const { exchange } of [reader, party]) {
        const joined = await exchange.join(topic)
        if (!joined.ok) throw new Error(`cannot join: ${joined.reason}`)
      }
  }
  await Promise.all(authors.map(joinAll))

  const each = Math.ceil(plan.messages / (plan.authors * plan.topicsEach))
  const messages = each * plan.authors * plan.topicsEach
  const seen = new Map<string, number[]>()
  let accepted = 0
  const begun = performance.now()
  reader.exchange.read({
    selection: { kind: 'load' },
    begins: 'start',
    progress: openProgress(),
    handle({ head }) {
      const name = `${head.topic} ${head.author}`
      const taken = seen.get(name) ?? []
      seen.set(name, taken)
      taken.push(head.seq)
      accepted++
      return Promise.resolve()
    },
  })
  const stop = AbortSignal.timeout(inSeconds(plan.secondsMax))
  let acknowledged = 0
  const waitedFor: Record<string, number> = {}

  /** Says so many messages on a topic, some at once, in their order. */
  async function say({ exchange }: Party, topic: Topic): Promise<void> {
    let left = each
    let refused: Promise<void> | undefined
    /** Whether it is kept. If not, it was not sealed at all (there was no lease), and is said anew. */
    const isSaid = async (): Promise<boolean> => {
      left--
      const payload = { at: Date.now(), watts: left, chargers: 1 }
      const said = await exchange.publish(topic, payload)
      if (said.ok) {
        acknowledged++
        plan.onShare?.(acknowledged / messages)
      } else {
        left++
        waitedFor[said.reason] = (waitedFor[said.reason] ?? 0) + 1
      }
      return said.ok
    }
    /** One asks for all who wait, ever less often. */
    const untilSaid = async (): Promise<void> => {
      let wait: number = askAgainMillis.first
      do {
        await pause(wait)
        wait = Math.min(2 * wait, askAgainMillis.max)
      } while (!stop.aborted && left > 0 && !(await isSaid()))
      refused = undefined
    }
    const one = async (): Promise<void> => {
      while (left > 0 && !stop.aborted)
        if (refused !== undefined) await refused
        else if (!(await isSaid())) refused ??= untilSaid()
    }
    await Promise.all(Array.from({ length: ahead }, one))
  }
  await Promise.all(
    authors.flatMap(({ party, topics }) => topics.map((topic) => say(party, topic))),
  )
  while (accepted < messages && !stop.aborted) await pause(50)
  const seconds = (performance.now() - begun) / 1_000
  return {
    ...judged(seen, messages, each, authors.length * plan.topicsEach),
    ...found(reader.findings),
    messages,
    authors: plan.authors,
    topics: plan.authors * plan.topicsEach,
    acknowledged,
    accepted,
    waits: Object.values(waitedFor).reduce((sum, count) => sum + count, 0),
    waitedFor,
    seconds: Math.round(seconds * 10) / 10,
    perSecond: Math.round(accepted / seconds),
  }
}

export function judged(
  seen: ReadonlyMap<string, readonly number[]>,
  messages: number,
  each: number,
  topics: number,
) {
  let [distinct, outOfOrder, acceptedTwice] = [0, 0, 0]
  for (const taken of seen.values()) {
    const once = new Set(taken)
    distinct += Array.from({ length: each }, (_, i) => i + 1).filter((seq) => once.has(seq)).length
    acceptedTwice += taken.length - once.size
    outOfOrder += taken.filter((seq, i) => seq < (taken[i - 1] ?? 0)).length
  }
  if (seen.size > topics) throw new Error('an author that nobody knows')
  return { lost: messages - distinct, outOfOrder, acceptedTwice }
}

function found(findings: readonly Finding[]) {
  const repeated = findings.filter(({ reason }) => reason === 'SealRepeated').length
  const otherFindings = findings
    // An author that has said all it had to say, or waits for its lease, is silent.
    .filter(({ reason }) => reason !== 'SealRepeated' && reason !== 'SealSilent')
    .slice(0, 20)
    .map(({ reason, topic, detail }) =>
      `${reason} ${topic.kind} ${topic.id} ${detail ?? ''}`.trim(),
    )
  return { repeated, otherFindings }
}

/** What does not hold, as sentences. */
export const deliveryFailures = (report: DeliveryReport): readonly string[] => {
  const { messages, acknowledged, lost, outOfOrder, acceptedTwice, otherFindings } = report
  return [
    ...(acknowledged < messages ? [`${messages - acknowledged} were never kept`] : []),
    ...(lost > 0 ? [`${lost} were lost`] : []),
    ...(outOfOrder > 0 ? [`${outOfOrder} were out of order`] : []),
    ...(acceptedTwice > 0 ? [`${acceptedTwice} were accepted twice`] : []),
    ...otherFindings.map((each) => `found: ${each}`),
  ]
}
