import type { Capacity, Session, Topic } from '@interlock/contract'
import { portsOf, readText, type Closers, type Trust } from '@interlock/host'
import {
  inSeconds,
  instant,
  refused,
  stationId,
  type Eui64,
  type StationId,
  type Timer,
} from '@interlock/kernel'
import { demandTopic, openTopics, type DeadLetter, type Topics } from '@interlock/topics'
import { inBackground } from '../background.ts'
import type { CsmsConfig } from '../config.ts'
import type { Context } from '../context.ts'
import type { CapacityBook } from '../oscp/capacity-book.ts'
import type { ToldSets } from '../oscp/told-sets.ts'
import { feederLoads, type LoadView } from './feeder-loads.ts'
import { sayConsumption, type StationsSaid } from './say-consumption.ts'
import { sayTotals } from './say-totals.ts'

/** What the CSMS says by topic; nothing of it where the config names no middleware. */
export type Middleware = {
  /** To the provider of the driver, besides OCPI: kept until the middleware has it. */
  readonly tellSession: (station: StationId, session: Session) => void
  readonly deadLetters: () => readonly DeadLetter[]
}

/** What of the CSMS is said by topic. */
export type Sayer = Pick<Context, 'deps' | 'identity' | 'audit'> & {
  readonly config: Pick<
    CsmsConfig,
    'middleware' | 'consumption' | 'region' | 'actor' | 'trust' | 'data'
  >
  readonly views: ReadonlyMap<StationId, LoadView>
}

/** What operators of the network say by topic is for. */
export type CapacityHearer = Pick<CapacityBook, 'groups' | 'hear'>

export type MiddlewareOptions = {
  readonly trust: Trust
  readonly closers: Closers
  /** Where there is a contract with an operator of the network. */
  readonly book: CapacityHearer | undefined
  /** Whose readings are in what is told of feeders, by whatever way. */
  readonly sets: Pick<ToldSets, 'choose'>
  readonly chargesOf: StationsSaid['chargesOf']
}

/** Topics about one home, whose id is its station's EUI-64. */
type HomeKind = 'session' | 'consumption' | 'dailyConsumption' | 'monthlyConsumption'

/** Half of the silence that the topic table allows, of real time as that is. */
const loadSeconds = 30

/**
 * Says what the chargers of reported feeders draw (`load`, one topic for each, its id this organisation) and how the sessions
 * of other providers' drivers go (`session`, its id the station's EUI-64), what chargers used by half-hours, days and months (`consumption` and
 * the like, the same id), and reads what operators of the network allot to this organisation (`capacity`, its id this organisation).
 * @throws Fault `ConfigInvalid` where region or feeders are no levels of a topic
 */
export function openMiddleware(
  sayer: Sayer,
  { trust, closers, book, sets, chargesOf }: MiddlewareOptions,
): Middleware {
  const { config, deps, identity, audit, views } = sayer
  if (config.middleware === undefined) return { tellSession: () => {}, deadLetters: () => [] }
  const { region, actor } = config
  const groups = book?.groups ?? []
  /** As the operator of the network names it, where there is a contract with one. */
  const nameOf = (feeder: string): string =>
    groups.find((each) => each.feeder === feeder)?.group ?? feeder
  const loadTopic = (group: string): Topic => ({
    region,
    feeder: group,
    kind: 'load',
    id: identity.peer.organisation,
  })
  const reported = groups.filter((each) => each.reported === true)
  for (const { group } of reported) demandTopic(loadTopic(group))
  const homeTopicOf = (kind: HomeKind, station: StationId): Topic | undefined => {
    const record = views.get(station)?.record
    return record && { region, feeder: nameOf(record.feeder), kind, id: record.eui }
  }
  const topics = openTopics({
    config: config.middleware,
    identity: () => identity,
    rootPem: readText(config.trust.charging),
    ...(trust.revoked !== undefined && { revoked: trust.revoked }),
    data: config.data,
    note: (kind, found) => void audit.record(kind, found),
    deps,
  })
  closers.push(() => topics.close())
  // Whoever publishes to a group has its key by being a member.
  for (const { group } of reported) topics.join(loadTopic(group))

  if (book !== undefined) hearCapacity(topics, book, { region, us: identity.peer.organisation })

  const consumption = {
    topics,
    topicOf: homeTopicOf,
    chargesOf,
  }
  closers.push(startConsumption(sayer, consumption))

  let timer: Timer
  const wait = (): void => {
    timer = deps.wall.after(inSeconds(loadSeconds), `${actor}/load`, () => {
      wait()
      for (const [group, load] of feederLoads(reported, views, deps.clock.now(), sets))
        inBackground(deps, `${actor}/load`, () => topics.publish(loadTopic(group), load))
    })
  }
  wait()
  closers.push(() => timer.cancel())

  return {
    tellSession(station, session) {
      const topic = homeTopicOf('session', station)
      if (topic !== undefined) topics.tell(topic, session)
    },
    deadLetters: () => topics.deadLetters,
  }
}

/** Each group from its own operator alone; of what others are told nothing is asked for. */
function hearCapacity(
  topics: Topics,
  { groups, hear }: CapacityHearer,
  { region, us }: { readonly region: string; readonly us: Eui64 },
): void {
  for (const { group } of groups)
    topics.join(demandTopic({ region, feeder: group, kind: 'capacity', id: us }))
  topics.follow({
    name: 'capacity',
    selection: { kind: 'capacity', id: us },
    begins: 'first',
    hears: (author, { feeder }) =>
      author.role === 'dso' &&
      groups.some((each) => each.group === feeder && each.organisation === author.organisation),
    handle({ topic, head, payload }) {
      hear(topic.feeder, { ...(payload as Capacity), at: instant(head.iat) })
      return Promise.resolve()
    },
  })
}

/** @returns what ends it */
function startConsumption(
  { config, deps, views }: Sayer,
  {
    topics,
    topicOf,
    chargesOf,
  }: {
    readonly topics: Topics
    readonly topicOf: (kind: HomeKind, station: StationId) => Topic | undefined
    readonly chargesOf: StationsSaid['chargesOf']
  },
): () => Promise<void> {
  const { consumption: stations = [], data, actor } = config
  if (stations.length === 0) return () => Promise.resolve()
  for (const station of stations) {
    const topic = topicOf('consumption', stationId(station))
    if (topic !== undefined) topics.join(topic)
  }
  const said: StationsSaid = {
    stations,
    isThere: (station) => views.get(stationId(station))?.connected === true,
    chargesOf,
  }
  const publish = (kind: HomeKind, station: string, payload: unknown) => {
    const topic = topicOf(kind, stationId(station))
    return topic === undefined
      ? Promise.resolve(refused('NotFound'))
      : topics.publish(topic, payload)
  }
  const { openJournal } = portsOf(deps)
  const halfHours = sayConsumption(
    {
      ...said,
      publish: (station, payload) => publish('consumption', station, payload),
      journal: openJournal(`${data}/consumption.journal`),
    },
    deps,
    `${actor}/consumption`,
  )
  const totals = sayTotals(
    {
      ...said,
      publish: (station, purpose, total) => publish(`${purpose}Consumption`, station, total),
      journal: openJournal(`${data}/totals.journal`),
    },
    deps,
    `${actor}/totals`,
  )
  return async () => {
    await halfHours.close()
    await totals.close()
  }
}
