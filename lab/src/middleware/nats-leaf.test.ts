import type { Carrier } from '@interlock/bus'
import { sealedLike, take, topicOf } from '@interlock/bus/carrier.fixture'
import {
  ensureDir,
  freePort,
  silentLog,
  temporaryDir,
  writeAtomic,
  type Identity,
} from '@interlock/host'
import {
  connectNats,
  natsCarrier,
  natsServerConfig,
  ordinaryReading,
  prepareStreams,
  type NatsServerSettings,
} from '@interlock/host/nats'
import {
  hasNatsServer,
  startNatsServer,
  type NatsServer,
} from '@interlock/host/nats-server.fixture'
import type { Role } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { openAuthority } from './authority.ts'
import { openProxy } from './tcp-proxy.ts'

/**
 * A premises with a server of its own, whose way to the operators' servers can be cut.
 * @param edgeMay the role that the operators' servers take the premises' for, whatever it lets its own clients do
 */
async function openPremises(edgeMay: Role) {
  const dir = temporaryDir('interlock-nats-leaf')
  const authority = openAuthority(dir)
  authority.certify('broker', 'hub')
  const edge = authority.certify('broker', 'edge')
  const [broker, station, csms] = (['broker', 'station', 'csms'] as const).map((role) =>
    authority.certify(role, role),
  ) as [Identity, Identity, Identity]
  const leafPort = await freePort('127.0.0.1')
  const way = await openProxy(leafPort)
  const start = (
    name: string,
    more: Pick<NatsServerSettings, 'users' | 'store' | 'leafPort' | 'leafOf'>,
  ): Promise<NatsServer> => {
    const identity = authority.folderOf(name)
    const files = {
      ca: authority.root,
      certificate: `${identity}/chain.pem`,
      key: `${identity}/key.pem`,
    }
    const path = `${dir}/${name}.conf`
    writeAtomic(path, natsServerConfig({ name, host: '127.0.0.1', port: -1, files, ...more }))
    return startNatsServer(path)
  }
  ensureDir(`${dir}/streams`)
  const users = [broker.peer, { eui: edge.peer.eui, role: edgeMay }]
  const server = await start('hub', { users, store: `${dir}/streams`, leafPort })
  const leaf = await start('edge', {
    users: [station.peer, csms.peer],
    leafOf: `127.0.0.1:${way.port}`,
  })
  const open: Carrier[] = []
  const connected = (at: NatsServer, { keyPem, chainPem, peer }: Identity) =>
    connectNats({
      servers: [at.address],
      name: peer.role,
      tls: { ca: authority.rootPem, cert: chainPem, key: keyPem },
    })
  const carrier = async (at: NatsServer, identity: Identity): Promise<Carrier> => {
    const each = natsCarrier(await connected(at, identity), ordinaryReading, silentLog)
    open.push(each)
    return each
  }
  const maker = await connected(server, broker)
  await prepareStreams(maker, { replicas: 1, keptMax: 64 })
  await maker.close()
  const other = await connected(leaf, csms)
  return {
    way,
    middle: await carrier(server, broker),
    station: await carrier(leaf, station),
    other,
    close: async (): Promise<void> => {
      for (const each of open) await each.close()
      await other.close()
      await leaf.stop()
      await server.stop()
      await way.close()
    },
  }
}

const reading = topicOf('one', 'reading')
const longMillis = 120_000

/** As an outbox does: again under the same id, for as long as it takes. */
async function kept(carrier: Carrier, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return void (await carrier.publish(reading, sealedLike(name), name))
    } catch (error) {
      if (attempt === 10) throw error
    }
}

test.skipIf(!hasNatsServer)(
  'what is published at a premises comes to the streams, after its way was cut as well',
  async () => {
    const { way, middle, station, close } = await openPremises('station')
    try {
      await kept(station, 'before')
      way.cut()
      const held = kept(station, 'meanwhile')
      way.mend()
      await held
      await kept(station, 'after')
      const taken = await take(middle, { kind: 'reading' }, 0, 3)
      expect(taken.map(({ message }) => message.body)).toEqual(['before', 'meanwhile', 'after'])
    } finally {
      await close()
    }
  },
  longMillis,
)

/** Topics on which something came that a client of the edge says, and the edge lets it. */
async function cameOf(edgeMay: Role): Promise<number> {
  const { middle, station, other, close } = await openPremises(edgeMay)
  try {
    await kept(station, 'first')
    other.publish('ev.eastern%2E1.f1.load.one', 'x')
    await other.flush()
    // Behind it on the one way that there is.
    await kept(station, 'second')
    return (await middle.topics('load')).length
  } finally {
    await close()
  }
}

test.skipIf(!hasNatsServer)(
  'a premises that lets anybody say anything is held to what is a premises’ to say',
  async () => {
    expect(await cameOf('station')).toBe(0)
    expect(await cameOf('broker')).toBe(1)
  },
  longMillis,
)
