import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { ListedTopics, type Topic } from '@interlock/contract'
import { httpClient, loadIdentity, readText } from '@interlock/host'
import { Fault, type Activity } from '@interlock/kernel'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { feeder, type Server } from './address-book.ts'
import { auditFiles } from './audit-trail.ts'
import { https } from './configs.ts'
import type { Street } from './start-street.ts'

/** What went by topic, sealed, past a middleware that can read none of it. */
export type TopicFigures = {
  /** Messages of homes, of sessions and of what chargers draw that the middleware has. */
  readonly published: number
  /** Readings of homes that the operator of the network has opened, of all that were published. */
  readonly readings: { readonly published: number; readonly opened: number }
  /** What a reader found wrong with what it was brought. */
  readonly refused: number
}

const FeederShown = Type.Object({
  homes: Type.Array(Type.Object({ records: Type.Integer() }), { maxItems: 10_000 }),
})
/** Whoever reads is told of a message after its author: so long it may take on a busy machine. */
const readWithinMillis = 60_000

/** Looks until readers have come to the end of what is said. @throws Fault when one does not answer */
export async function topicFigures(street: Street, activity: Activity): Promise<TopicFigures> {
  const { plan, dso } = street
  const clientOf = (server: Server) =>
    httpClient({
      identity: loadIdentity(plan.layout.server(server).charging),
      trust: { roots: [readText(plan.layout.trust.charging)] },
      activity,
    })
  const [supervisor, operator] = [clientOf('supervisor'), clientOf('dso')]
  const published = async (kind: Topic['kind']): Promise<number> => {
    const url = `${https(plan, 'broker')}/api/v1/topics?kind=${kind}`
    const { body } = await supervisor.request('GET', url)
    if (!Value.Check(ListedTopics, body)) throw new Fault('AnswerInvalid', `topics of ${kind}`)
    return body.topics.reduce((sum, { messages }) => sum + messages, 0)
  }
  const opened = async (): Promise<number> => {
    if (dso === undefined) return 0
    const { body } = await operator.request('GET', `${https(plan, 'dso')}/api/v1/feeders/${feeder}`)
    if (!Value.Check(FeederShown, body)) throw new Fault('AnswerInvalid', feeder)
    return body.homes.reduce((sum, { records }) => sum + records, 0)
  }
  try {
    const until = performance.now() + readWithinMillis
    const look = async () => ({ published: await published('reading'), opened: await opened() })
    let readings = await look()
    while (dso !== undefined && readings.opened < readings.published && performance.now() < until) {
      await pause(100)
      readings = await look()
    }
    const others = await Promise.all((['session', 'load'] as const).map(published))
    return {
      published: others.reduce((sum, each) => sum + each, readings.published),
      readings,
      refused: auditFiles(street).reduce((sum, path) => sum + findingsIn(path), 0),
    }
  } finally {
    await supervisor.close()
    await operator.close()
  }
}

const findingsIn = (path: string): number =>
  existsSync(path) ? readText(path).split('"MiddlewareFinding"').length - 1 : 0
