import { setTimeout as pause } from 'node:timers/promises'
import { ListedTopics } from '@interlock/contract'
import { httpClient, loadIdentity, readText } from '@interlock/host'
import type { Activity } from '@interlock/kernel'
import { Value } from 'typebox/value'
import { https, type Plan } from './configs.ts'
import { isSummed } from './feeder-sums.ts'
import type { RunningHome } from './start-street.ts'

const waitMillis = 60_000

/**
 * Until the operator of the network has said by topic what it allots, and every charger is in the roster of its sums:
 * else it would depend on how fast that is which rounds of the day are the first. Parties that do not come to it are not
 * waited for longer: the street lives without.
 */
export async function untilTopicsFlow(
  plan: Plan,
  homes: readonly RunningHome[],
  activity: Activity,
): Promise<void> {
  const http = httpClient({
    identity: loadIdentity(plan.layout.server('supervisor').charging),
    trust: { roots: [readText(plan.layout.trust.charging)] },
    activity,
  })
  const isAllotted = async (): Promise<boolean> => {
    const { body } = await http.request(
      'GET',
      `${https(plan, 'broker')}/api/v1/topics?kind=capacity`,
    )
    return Value.Check(ListedTopics, body) && body.topics.length > 0
  }
  const isInRoster = ({ station }: RunningHome): boolean => station.sumRoster() !== undefined
  const flows = async (): Promise<boolean> =>
    (!isSummed(homes.length) || homes.every(isInRoster)) && (await isAllotted())
  const until = performance.now() + waitMillis
  try {
    while (!(await flows()) && performance.now() < until) await pause(50)
  } finally {
    await http.close()
  }
}
