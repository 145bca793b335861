import { accessPointCarrier, httpClient, type Identity } from '@interlock/host'
import type { TopicGrant } from '@interlock/contract'
import { unobserved, type Activity } from '@interlock/kernel'
import { actorPlace, quietDeps } from '../../../tools/doors/actor-place.ts'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { startBroker, type BrokerConfig, type BrokerRunning } from './index.ts'

const charging = testHierarchy('charging')
const { dir, root, config } = actorPlace(charging.certify('broker'), charging.rootPem)

export const parties = {
  charging,
  dir,
  supervisor: charging.certify('supervisor'),
  stranger: charging.certify('supervisor'),
  keyserver: charging.certify('keyserver'),
  csms: charging.certify('csms'),
  rival: charging.certify('csms'),
  dso: charging.certify('dso'),
}

let folders = 0
/** A broker on a folder of its own; given the same folder again, with what is in it. */
export function configOf(change: Partial<BrokerConfig> = {}): BrokerConfig {
  return {
    ...config,
    actor: 'broker',
    name: 'Middleware',
    data: `${dir}/data-${++folders}`,
    trust: { charging: root },
    carrier: { kind: 'own' },
    keptMax: 8,
    shareMax: 16,
    pace: { burst: 1_000, perSecond: 1_000 },
    administrators: [parties.supervisor.peer.organisation],
    keyServer: parties.keyserver.peer.organisation,
    ...change,
  }
}

/** What each client is, at the access point of a broker that runs. */
export function clientsOf({ port }: BrokerRunning, activity: Activity = unobserved) {
  const origin = `https://127.0.0.1:${port}`
  const clientOf = (identity: Identity) => {
    const trust = { roots: [charging.rootPem] }
    const http = httpClient({ identity, trust, activity, expectRole: 'broker' })
    return { http, carrier: accessPointCarrier(http, origin) }
  }
  const { csms, dso, supervisor, rival, keyserver, stranger } = parties
  const clients = {
    csms: clientOf(csms),
    dso: clientOf(dso),
    supervisor: clientOf(supervisor),
    rival: clientOf(rival),
    keyserver: clientOf(keyserver),
    stranger: clientOf(stranger),
  }
  const granting = async (
    method: 'PUT' | 'DELETE',
    grant: TopicGrant,
    by: keyof typeof clients = 'supervisor',
  ): Promise<number> =>
    (await clients[by].http.request(method, `${origin}/api/v1/grants`, grant)).status
  const close = async (): Promise<void> => {
    for (const { carrier, http } of Object.values(clients)) {
      await carrier.close()
      await http.close()
    }
  }
  return { ...clients, origin, granting, close }
}

export const grantOf = (
  to: Identity,
  may: TopicGrant['may'],
  kind: TopicGrant['kind'],
  feeder?: string,
): TopicGrant => ({
  organisation: to.peer.organisation,
  may,
  kind,
  ...(feeder !== undefined && { feeder }),
})

/** A broker where the CSMS publishes loads, and the DSO reads them and publishes capacities. */
export async function ordinaryBroker(
  change: Partial<BrokerConfig> = {},
  activity: Activity = unobserved,
) {
  const broker = await startBroker(configOf(change), { ...quietDeps, activity })
  const clients = clientsOf(broker, activity)
  const { csms, dso } = parties
  for (const grant of [
    grantOf(csms, 'publish', 'load'),
    grantOf(dso, 'read', 'load'),
    grantOf(dso, 'publish', 'capacity'),
    grantOf(csms, 'read', 'capacity'),
  ])
    await clients.granting('PUT', grant)
  return { broker, ...clients }
}
