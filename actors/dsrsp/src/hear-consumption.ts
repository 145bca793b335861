import type { Consumption, Topic } from '@interlock/contract'
import { readText, portsOf, type Closers } from '@interlock/host'
import type { Eui64 } from '@interlock/kernel'
import {
  demandTopic,
  homeTopic,
  openHalfHours,
  openTopics,
  type Following,
  type HalfHours,
} from '@interlock/topics'
import type { DsrspConfig } from './config.ts'
import type { Context } from './context.ts'

/** Where the half-hours of members are said, as far as their owners let this provider read them. */
export const consumptionTopics = ({
  region,
  homes = [],
}: Pick<DsrspConfig, 'region' | 'homes'>): readonly Topic[] =>
  homes.map((home) => homeTopic('consumption', region, home))

/** By the CSMS of the contract alone. */
export const consumptionFollowing = (csms: Eui64, halfHours: HalfHours): Following => ({
  name: 'consumption',
  selection: { kind: 'consumption' },
  begins: 'first',
  hears: (author) => author.role === 'csms' && author.organisation === csms,
  handle({ topic, payload }) {
    halfHours.take(topic.id, payload as Consumption)
    return Promise.resolve()
  },
})

/**
 * Reads what members' chargers used. @returns nothing where the config names no middleware
 * @throws Fault `ConfigInvalid` where region or feeders are no levels of a topic
 */
export function hearConsumption(
  { config, deps, identity, audit }: Pick<Context, 'config' | 'deps' | 'identity' | 'audit'>,
  csms: Eui64,
  closers: Closers,
): HalfHours | undefined {
  if (config.middleware === undefined) return undefined
  const joined = consumptionTopics(config).map(demandTopic)
  const halfHours = openHalfHours(portsOf(deps).openJournal(`${config.data}/half-hours.journal`))
  closers.push(() => halfHours.close())
  const topics = openTopics({
    config: config.middleware,
    identity: () => identity,
    rootPem: readText(config.trust.charging),
    data: config.data,
    note: (kind, found) => void audit.record(kind, found),
    deps,
  })
  closers.push(() => topics.close())
  topics.follow(consumptionFollowing(csms, halfHours))
  for (const topic of joined) topics.join(topic)
  return halfHours
}
