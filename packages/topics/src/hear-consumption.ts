import type { Consumption, Topic } from '@interlock/contract'
import { portsOf, readText, type ActorDeps, type Closers, type Identity } from '@interlock/host'
import type { Peer } from '@interlock/pki'
import type { MiddlewareConfig } from './config.ts'
import { forgetDaily } from './forget-daily.ts'
import { openHalfHours, type HalfHours } from './half-hours.ts'
import { homeTopic, type HomeConfig } from './home-topics.ts'
import { messageUnfit } from './message-unfit.ts'
import { keepProofs, proofFiles, type Proofs } from './proofs.ts'
import {
  demandTopic,
  openTopics,
  type Following,
  type Topics,
  type TopicsOptions,
} from './topics.ts'

export type HearConsumption = {
  readonly config: MiddlewareConfig
  readonly region: string
  readonly homes: readonly HomeConfig[]
  /** Under the charging root. */
  readonly identity: Identity
  /** PEM file of the charging root. */
  readonly trust: string
  /** Folder. */
  readonly data: string
  /** Whose word counts for a home: of the CSMS of its contract alone. */
  readonly hears: (author: Peer, topic: Topic) => boolean
  /** How long half-hours are kept. */
  readonly days: number
  /** What else of them is too old now and then. */
  readonly forgets?: { forget(): void }
  readonly note: TopicsOptions['note']
  readonly deps: ActorDeps
}

export const consumptionFollowing = (
  hears: HearConsumption['hears'],
  {
    halfHours,
    proofs,
  }: { readonly halfHours: Pick<HalfHours, 'take'>; readonly proofs: Pick<Proofs, 'keep'> },
): Following => ({
  name: 'consumption',
  selection: { kind: 'consumption' },
  begins: 'first',
  hears: (author, topic) => author.role === 'csms' && hears(author, topic),
  async handle(received) {
    const { topic, payload } = received
    const taken = halfHours.take(topic.id, payload as Consumption)
    if (taken.ok) proofs.keep(received)
    // What is older than is kept here is no fault of its author's.
    else if (taken.reason !== 'HalfHourOld') throw messageUnfit(taken.reason)
  },
})

/** What a reader of consumption has. */
export type ConsumptionHeard = {
  readonly halfHours: HalfHours
  readonly proofs: Pick<Proofs, 'keep'>
  readonly topics: Topics
}

/**
 * Reads what homes' chargers used by half-hours, as far as their owners let this reader, and forgets each day what is
 * too old to be kept.
 * @throws Fault `ConfigInvalid` where region or feeders are no levels of a topic
 */
export function hearConsumption(options: HearConsumption, closers: Closers): ConsumptionHeard {
  const { config, region, homes, identity, trust, data, hears, days, note, deps } = options
  const joined = homes.map((home) => demandTopic(homeTopic('consumption', region, home)))
  const { openJournal } = portsOf(deps)
  const kept = { days, clock: deps.clock }
  const halfHours = openHalfHours(openJournal(`${data}/half-hours.journal`), kept)
  closers.push(() => halfHours.close())
  const proofs = keepProofs(proofFiles(data, openJournal), {
    ...kept,
    label: 'proofs/forget',
  })
  closers.push(() => proofs.close())
  const topics = openTopics({
    config,
    identity: () => identity,
    rootPem: readText(trust),
    data,
    note,
    deps,
  })
  closers.push(() => topics.close())
  topics.follow(consumptionFollowing(hears, { halfHours, proofs }))
  for (const topic of joined) topics.join(topic)

  const daily = forgetDaily(deps.clock, 'half-hours/forget', () => {
    halfHours.forget()
    options.forgets?.forget()
  })
  closers.push(() => daily.close())
  return { halfHours, proofs, topics }
}
