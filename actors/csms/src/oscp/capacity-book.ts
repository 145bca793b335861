import { openHttpServer, type Trust } from '@interlock/host'
import { oscpEndpoints } from '@interlock/host/oscp'
import { instant, type Eui64, type Instant } from '@interlock/kernel'
import { capacityAt, type Capacity, type Message } from '@interlock/oscp'
import { phaseVolts } from '@interlock/power'
import type { Context } from '../context.ts'
import type { OscpStore } from '../data/oscp-store.ts'
import { openOperatorDesk, type OperatorDesk } from './operator-desk.ts'
import { demandClear, type GroupConfig, type OscpConfig } from './oscp-config.ts'
import type { Said, SealedCapacity, TopicStanding } from './sealed-capacity.ts'

/** One feeder that an operator limits, and who that is. */
export type CapacityGroup = GroupConfig & {
  readonly operator: string
  readonly organisation: Eui64
}
/** What may be drawn, and by whose word: `topic` where what was said there is the lower. */
export type CapacityNow = Omit<Capacity, 'source'> & {
  readonly source: Capacity['source'] | 'topic'
}
/** What an operator says of one group by each way, unbounded by the contract. */
export type StatementsOf = {
  readonly oscpAt: (when: Instant) => number | undefined
  readonly topicAt: (when: Instant) => number | undefined
  /** The topic has spoken since OSCP did: before, they may differ because one of them is late. */
  readonly isComparable: boolean
}

/** What feeders bear, as their operators say it. */
export type CapacityBook = {
  readonly groups: readonly CapacityGroup[]
  readonly port: number
  readonly doors: readonly string[]
  of(feeder: string): CapacityGroup | undefined
  /** What may be drawn at that time, as it stands now: past silence, the fallback; never more than the topic says. */
  at(group: CapacityGroup, when: Instant): CapacityNow
  /** The same as if the operator were silent: what nobody need be asked for. */
  fallbackAt(group: CapacityGroup, when: Instant): Capacity
  standing(group: CapacityGroup): OperatorStanding
  /** What its operator says of it by topic; `undefined` where there is no middleware. */
  byTopic(group: CapacityGroup): TopicStanding | undefined
  statements(group: CapacityGroup): StatementsOf
  /** Takes what the operator of that group has sealed. */
  hear(group: string, said: Said): void
  /** False when the operator does not listen. */
  tell(group: CapacityGroup, message: Message): boolean
}

export type OperatorStanding = {
  /** There was a handshake. */
  readonly agreed: boolean
  readonly silent: boolean
  readonly silentFrom?: Instant
}

export type CapacityOptions = {
  readonly context: Context
  readonly trust: Trust
  readonly oscp: OscpConfig
  readonly store: OscpStore
  /** Where there is a middleware. */
  readonly sealed: SealedCapacity | undefined
  readonly closers: (() => Promise<void> | void)[]
}

/** @throws Fault when config, certificates or the port are not as they must be. */
export async function openCapacityBook(options: CapacityOptions): Promise<CapacityBook> {
  const { context, trust, oscp, store, sealed, closers } = options
  const { config, identity, deps, audit } = context
  demandClear(oscp)
  await store.restore()
  const server = await openHttpServer({
    name: `${config.actor}/oscp`,
    listen: oscp.listen,
    identity,
    trust,
    activity: deps.activity,
    log: deps.log,
  })
  closers.push(() => server.close())
  const onChange = (groups: readonly string[]): void => context.hooks.capacityChanged(groups)
  const heardAt = new Map<string, Instant>()
  // Of real time, as seals are that it is compared with.
  const startedAt = deps.wall.now()
  const onForecast = (group: string): void => void heardAt.set(group, deps.wall.now())
  const desks = new Map<string, OperatorDesk>()
  for (const operator of oscp.operators) {
    const desk = openOperatorDesk({ context, trust, oscp, operator, store, onChange, onForecast })
    closers.push(() => desk.close())
    desks.set(operator.name, desk)
  }
  const byOrganisation = new Map(
    [...desks.values()].map(({ organisation, desk }) => [organisation, desk]),
  )
  const doors = oscpEndpoints({ us: 'fp', peerRole: 'dso', desks: byOrganisation, audit })
  for (const each of doors) server.route(each)
  const port = await server.listen()
  for (const desk of desks.values()) desk.start()

  const groups = oscp.operators.flatMap(({ name, groups }) => {
    const organisation = desks.get(name)?.organisation
    if (organisation === undefined) return []
    return groups.map((group): CapacityGroup => ({ ...group, operator: name, organisation }))
  })
  const saidAt = (
    { group, contractedWatts }: CapacityGroup,
    at: Instant,
    silent: boolean,
  ): Capacity => {
    const asked = {
      at,
      direction: 'CONSUMPTION' as const,
      silent,
      contractedWatts,
      volts: phaseVolts,
    }
    return capacityAt(store.forecastsOf(group), asked)
  }
  const capacity = (group: CapacityGroup, at: Instant, silent: boolean): Capacity => {
    const said = saidAt(group, at, silent)
    // Whatever is said, nobody has a contract for more.
    return { ...said, watts: Math.min(said.watts, group.contractedWatts) }
  }
  const isSilent = ({ operator }: CapacityGroup): boolean => store.of(operator).silent
  return {
    groups,
    port,
    doors: server.doors,
    of: (feeder) => groups.find((each) => each.feeder === feeder),
    at(group, when) {
      const said = capacity(group, when, isSilent(group))
      const topicWatts = sealed?.wattsAt(group.group, when) ?? Infinity
      return topicWatts < said.watts ? { ...said, watts: topicWatts, source: 'topic' } : said
    },
    fallbackAt: (group, when) => capacity(group, when, true),
    standing({ operator }) {
      const { silent, offlineModeAt } = store.of(operator)
      const agreed = offlineModeAt !== undefined
      return { agreed, silent, ...(agreed && { silentFrom: instant(offlineModeAt) }) }
    },
    byTopic: ({ group }) => sealed?.standing(group, deps.wall.now()),
    statements: (group) => ({
      oscpAt(when) {
        const said = saidAt(group, when, isSilent(group))
        return said.source === 'forecast' ? said.watts : undefined
      },
      topicAt: (when) => sealed?.wattsAt(group.group, when),
      isComparable:
        (sealed?.standing(group.group, deps.wall.now()).saidAt ?? 0) >
        (heardAt.get(group.group) ?? startedAt),
    }),
    hear(group, said) {
      if (groups.some((each) => each.group === group) && sealed?.take(group, said) === true)
        onChange([group])
    },
    tell: ({ operator }, message) => desks.get(operator)?.tell(message) ?? false,
  }
}
