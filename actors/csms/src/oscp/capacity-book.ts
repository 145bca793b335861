import { openHttpServer, type Trust } from '@interlock/host'
import { oscpEndpoints } from '@interlock/host/oscp'
import { instant, type Instant } from '@interlock/kernel'
import { capacityAt, type Capacity, type Message } from '@interlock/oscp'
import { phaseVolts } from '@interlock/power'
import type { Context } from '../context.ts'
import type { OscpStore } from '../data/oscp-store.ts'
import { openOperatorDesk, type OperatorDesk } from './operator-desk.ts'
import { demandClear, type GroupConfig, type OscpConfig } from './oscp-config.ts'

/** One feeder that an operator limits, and who that is. */
export type CapacityGroup = GroupConfig & { readonly operator: string }

/** What feeders bear, as their operators say it. */
export type CapacityBook = {
  readonly groups: readonly CapacityGroup[]
  readonly port: number
  readonly doors: readonly string[]
  of(feeder: string): CapacityGroup | undefined
  /** What may be drawn at that time, as it stands now: past silence, the fallback. */
  at(group: CapacityGroup, when: Instant): Capacity
  /** The same as if the operator were silent: what nobody need be asked for. */
  fallbackAt(group: CapacityGroup, when: Instant): Capacity
  standing(group: CapacityGroup): OperatorStanding
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
  readonly closers: (() => Promise<void> | void)[]
}

/** @throws Fault when config, certificates or the port are not as they must be. */
export async function openCapacityBook(options: CapacityOptions): Promise<CapacityBook> {
  const { context, trust, oscp, store, closers } = options
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
  const desks = new Map<string, OperatorDesk>()
  for (const operator of oscp.operators) {
    const desk = openOperatorDesk({ context, trust, oscp, operator, store, onChange })
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

  const groups = oscp.operators.flatMap(({ name, groups }) =>
    groups.map((group): CapacityGroup => ({ ...group, operator: name })),
  )
  const capacity = (
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
    const said = capacityAt(store.forecastsOf(group), asked)
    // Whatever is said, nobody has a contract for more.
    return { ...said, watts: Math.min(said.watts, contractedWatts) }
  }
  const isSilent = ({ operator }: CapacityGroup): boolean => store.of(operator).silent
  return {
    groups,
    port,
    doors: server.doors,
    of: (feeder) => groups.find((each) => each.feeder === feeder),
    at: (group, when) => capacity(group, when, isSilent(group)),
    fallbackAt: (group, when) => capacity(group, when, true),
    standing({ operator }) {
      const { silent, offlineModeAt } = store.of(operator)
      const agreed = offlineModeAt !== undefined
      return { agreed, silent, ...(agreed && { silentFrom: instant(offlineModeAt) }) }
    },
    tell: ({ operator }, message) => desks.get(operator)?.tell(message) ?? false,
  }
}
