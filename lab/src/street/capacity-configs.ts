import type { CsmsConfig } from '@interlock/csms'
import type { DsoConfig } from '@interlock/dso'
import { feeder } from './address-book.ts'
import { isSummed } from './feeder-sums.ts'
import { base, https, listen, middlewareOf, type Plan } from './configs.ts'

/** The two names by which distribution operator and CSMS know each other; their one group is the feeder. */
const [operator, provider, group] = ['dso', 'acacia', feeder] as const
const heartbeatSeconds = 1_800

/** What the CSMS is told of the operator of its feeder. */
export const csmsOscp = (plan: Plan): NonNullable<CsmsConfig['oscp']> => ({
  listen: listen(plan, 'csms/oscp'),
  origin: https(plan, 'csms/oscp'),
  heartbeatSeconds,
  operators: [
    {
      name: operator,
      certificate: `${plan.layout.server('dso').charging}/chain.pem`,
      url: `${https(plan, 'dso')}/oscp/cp/2.0`,
      tokenShown: plan.secrets.oscp.ofCsms,
      tokenExpected: plan.secrets.oscp.ofDso,
      groups: [{ group, feeder, contractedWatts: plan.feeder.contractedWatts }],
    },
  ],
})

export function dsoConfig(plan: Plan): DsoConfig {
  const folder = plan.layout.server('dso')
  const { ratedWatts, contractedWatts } = plan.feeder
  return {
    ...base('dso', 'Acacia Networks', folder),
    identity: folder.charging,
    trust: { charging: plan.layout.trust.charging },
    listen: listen(plan, 'dso'),
    origin: https(plan, 'dso'),
    heartbeatSeconds,
    meters: { listen: listen(plan, 'dso/meters'), trust: plan.layout.trust.smartMeter },
    middleware: middlewareOf(plan),
    homes: plan.homes.map(({ station }) => ({ feeder, station })),
    providers: [
      {
        name: provider,
        certificate: `${plan.layout.server('csms').charging}/chain.pem`,
        origin: https(plan, 'csms/oscp'),
        token: plan.secrets.oscp.ofCsms,
      },
    ],
    feeders: [
      {
        group,
        ratedWatts,
        history: plan.layout.feederLoad,
        meter: `${plan.layout.feederMeter}/chain.pem`,
        ...(isSummed(plan.homes.length) && { chargers: plan.homes.map(({ station }) => station) }),
        contracts: [{ provider, contractedWatts }],
      },
    ],
  }
}

export { group as feederGroup }
