import type { Carrier } from '@interlock/bus'
import { diskCarrier, readText, type ActorDeps } from '@interlock/host'
import { connectNats, natsCarrier, ordinaryReading, prepareStreams } from '@interlock/host/nats'
import { Fault, inSeconds } from '@interlock/kernel'
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
  try {
    await prepared(() => prepareStreams(connection, { replicas, keptMax }), deps)
  } catch (cause) {
    await connection.close()
    throw new Fault('CarrierLost', `${servers.join(', ')}: the streams cannot be made`, {
      cause,
      remedy:
        'check that so many servers run as there are to be replicas, and what we may do there',
    })
  }
  return natsCarrier(connection, ordinaryReading, deps.log)
}

const attemptsMax = 20

/** Servers that have just started need a while to agree on who leads. */
async function prepared(prepare: () => Promise<void>, { wall }: ActorDeps): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await prepare()
    } catch (cause) {
      if (attempt >= attemptsMax) throw cause
      await new Promise<void>((resolve) => {
        wall.after(inSeconds(1), 'nats', resolve)
      })
    }
  }
}
