import { loadPeer } from '@interlock/host'
import { toBase64 } from '@interlock/kernel'
import type { WebConfig } from '@interlock/web'
import { ratingWatts } from './address-book.ts'
import { base, dccCertificate, https, loopback, type Plan } from './configs.ts'
import { feederDesk } from './feeder-desk.ts'

/** The pages for people; `accounts` are who may sign in. */
export function webConfig(
  plan: Plan,
  accounts: WebConfig['login'] & { kind: 'builtIn' },
  ports: { readonly console: number; readonly arm: number },
): WebConfig {
  const folder = plan.layout.server('web')
  const supervisor = loadPeer(`${plan.layout.server('supervisor').charging}/chain.pem`)
  const supervisorKey = toBase64(supervisor.publicKey.spki)
  return {
    ...base('web', 'Acacia Avenue', folder),
    identity: { charging: folder.charging, smartMeter: folder.smartMeter },
    trust: plan.layout.trust,
    peers: {
      csms: https(plan, 'csms'),
      dcc: https(plan, 'dcc'),
      supervisor: https(plan, 'supervisor'),
      dsrsp: https(plan, 'dsrsp'),
    },
    distribution: { url: https(plan, 'dso'), identity: feederDesk(plan.layout) },
    openData: https(plan, 'csms/open-data'),
    dccCertificate: dccCertificate(plan),
    console: { listen: { host: loopback, port: ports.console } },
    arm: { listen: { host: loopback, port: ports.arm } },
    login: accounts,
    homes: plan.homes.map((home) => ({
      station: home.stationId,
      stationEui: home.station,
      target: home.llcs,
      controller: 1,
      ratingWatts,
      place: home.address,
      supervisorKey,
    })),
    timeZone: 'Europe/London',
  }
}
