import { connect, type NatsConnection } from '@nats-io/transport-node'
import { Fault } from '@interlock/kernel'

const connectMillisMax = 10_000
const reconnectMillis = 500

/** PEM of the servers' root, and of what they are shown. */
export type NatsTls = { readonly ca: string; readonly cert: string; readonly key: string }

/** Connects over TLS, to whichever of the servers is there, again for as long as it lives. @throws Fault `CarrierLost` */
export async function connectNats(options: {
  readonly servers: readonly string[]
  readonly name: string
  readonly tls: NatsTls
}): Promise<NatsConnection> {
  const { servers, name, tls } = options
  try {
    return await connect({
      servers: [...servers],
      name,
      tls: { ...tls },
      timeout: connectMillisMax,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectMillis,
    })
  } catch (cause) {
    throw new Fault('CarrierLost', `${servers.join(', ')}: no NATS server lets us in`, {
      cause,
      remedy: 'check that one runs, and that it trusts our certificate and we trust its root',
    })
  }
}
