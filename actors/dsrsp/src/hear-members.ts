import type { Closers } from '@interlock/host'
import { eui64 } from '@interlock/kernel'
import { hearConsumption, type ConsumptionHeard } from '@interlock/topics'
import type { Context } from './context.ts'
import { daysMax } from './portfolio/baseline.ts'

/**
 * Reads what members' chargers used. @returns nothing where the config names no middleware
 * @throws Fault `ConfigInvalid` where region or feeders are no levels of a topic
 */
export function hearMembers(
  { config, deps, identity, audit }: Pick<Context, 'config' | 'deps' | 'identity' | 'audit'>,
  closers: Closers,
): ConsumptionHeard | undefined {
  if (config.middleware === undefined) return undefined
  const csms = eui64(config.csms)
  return hearConsumption(
    {
      config: config.middleware,
      region: config.region,
      homes: config.homes ?? [],
      identity,
      trust: config.trust.charging,
      data: config.data,
      hears: ({ organisation }) => organisation === csms,
      // The half-hour that is now began up to so many days after the first that counts.
      days: daysMax + 1,
      note: (kind, found) => void audit.record(kind, found),
      deps,
    },
    closers,
  )
}
