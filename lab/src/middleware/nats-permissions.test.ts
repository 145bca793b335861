import type { Carrier } from '@interlock/bus'
import { sealedLike, take, topicOf } from '@interlock/bus/carrier.fixture'
import { ensureDir, silentLog, temporaryDir, writeAtomic, type Identity } from '@interlock/host'
import {
  connectNats,
  natsCarrier,
  natsServerConfig,
  ordinaryReading,
  prepareStreams,
} from '@interlock/host/nats'
import { hasNatsServer, startNatsServer } from '@interlock/host/nats-server.fixture'
import { expect, test } from 'vitest'
import { openAuthority } from './authority.ts'

test.skipIf(!hasNatsServer)(
  'servers refuse a client what the topic table does not give its role, whatever its program does',
  async () => {
    const dir = temporaryDir('interlock-nats-permissions')
    const authority = openAuthority(dir)
    authority.certify('broker', 'server')
    const [broker, csms, dso] = (['broker', 'csms', 'dso'] as const).map((role) =>
      authority.certify(role, role),
    )
    if (broker === undefined || csms === undefined || dso === undefined) throw new Error('clients')
    const files = authority.folderOf('server')
    ensureDir(`${dir}/streams`)
    writeAtomic(
      `${dir}/server.conf`,
      natsServerConfig({
        name: 'server',
        host: '127.0.0.1',
        port: -1,
        files: { ca: authority.root, certificate: `${files}/chain.pem`, key: `${files}/key.pem` },
        users: [broker.peer, csms.peer, dso.peer],
        store: `${dir}/streams`,
      }),
    )
    const server = await startNatsServer(`${dir}/server.conf`)
    const open: Carrier[] = []
    const connected = ({ keyPem, chainPem, peer }: Identity) =>
      connectNats({
        servers: [server.address],
        name: peer.role,
        tls: { ca: authority.rootPem, cert: chainPem, key: keyPem },
      })
    const carrierOf = async (identity: Identity): Promise<Carrier> => {
      const carrier = natsCarrier(await connected(identity), ordinaryReading, silentLog)
      open.push(carrier)
      return carrier
    }
    try {
      const maker = await connected(broker)
      await prepareStreams(maker, { replicas: 1, keptMax: 8 })
      await maker.close()
      const [author, reader] = [await carrierOf(csms), await carrierOf(dso)]
      const [load, capacity] = [topicOf('one'), topicOf('one', 'capacity')]
      expect(await author.publish(load, sealedLike('m'), '1')).toBe(1)
      expect(await take(reader, { kind: 'load' }, 0, 1)).toHaveLength(1)
      expect(await reader.publish(capacity, sealedLike('m'), '1')).toBe(1)

      const forbidden = { code: 'CarrierLost', cause: { name: 'PermissionViolationError' } }
      await expect(author.publish(capacity, sealedLike('m'), '2')).rejects.toMatchObject(forbidden)
      await expect(reader.publish(load, sealedLike('m'), '2')).rejects.toMatchObject(forbidden)
      await expect(take(author, { kind: 'load' }, 0, 1)).rejects.toMatchObject({
        code: 'CarrierLost',
      })
      // Nothing of it came, and who is refused goes on with what it may.
      const last = await reader.last('load')
      expect(await author.publish(load, sealedLike('m'), '3')).toBeGreaterThan(last)
      expect(await take(reader, { kind: 'load' }, 0, 2)).toHaveLength(2)
    } finally {
      for (const each of open) await each.close()
      await server.stop()
    }
  },
)
