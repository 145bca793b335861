import { inTurn, type Carrier } from '@interlock/bus'
import { diskCarrier, readText, type ActorDeps } from '@interlock/host'
import { connectNats, natsCarrier, prepareStreams } from '@interlock/host/nats'
import type { BrokerConfig } from './config.ts'

/** What carries, as the config says. @throws Fault when it cannot be opened or reached */
export async function openCarrier(config: BrokerConfig, deps: ActorDeps): Promise<Carrier> {
  const { carrier, data, keptMax } = config
  if (carrier.kind === 'own') return diskCarrier(`${data}/carried`, { clock: deps.wall, keptMax })
  const { servers, tls, replicas } = carrier
  const connection = await connectNats({
    servers,
    name: config.actor,
    tls: { ca: readText(tls.ca), cert: readText(tls.certificate), key: readText(tls.key) },
  })
  await prepareStreams(connection, { replicas, keptMax })
  return inTurn(natsCarrier(connection))
}
