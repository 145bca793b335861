import { feederSumRules } from '@interlock/contract'
import { ownKey, portsOf } from '@interlock/host'
import { eui64 } from '@interlock/kernel'
import type { GroupRules } from '@interlock/privacy'
import { registerWattHours } from '../core/charger.ts'
import type { Station } from '../station.ts'
import { takePartInSums, type SumPart } from './take-part.ts'

/** Takes part in the sums of its feeder, where the config names an operator for whom. @throws as there */
export function openSums(
  station: Station,
  rules: GroupRules = feederSumRules,
): SumPart | undefined {
  const { config, deps, topics, keeper, records } = station
  if (config.sums === undefined || topics === undefined) return undefined
  return takePartInSums({
    topics,
    station: station.eui,
    place: { region: config.region, feeder: config.feeder },
    dso: eui64(config.sums.dso),
    key: ownKey(`${config.data}/sums/key.pem`),
    journal: portsOf(deps).openJournal(`${config.data}/sums/rounds.journal`),
    rules,
    meter() {
      const { charger } = keeper.memory
      return {
        watts: charger.meter.powerWatts,
        registerWattHours: registerWattHours(charger, deps.clock.now()),
      }
    },
    onRefused: (reason, detail) => records.note('SumRefused', { reason, detail: detail ?? null }),
    deps,
  })
}
