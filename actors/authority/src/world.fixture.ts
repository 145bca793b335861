import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  httpClient,
  identityOf,
  nodeCrypto,
  saveIdentity,
  silentLog,
  systemClock,
  systemEntropy,
  type ActorDeps,
  type HttpClient,
  type Identity,
} from '@interlock/host'
import { testCluster } from '@interlock/host/test-cluster.fixture'
import { eui64, unobserved, type Role } from '@interlock/kernel'
import { createAuthority, startAuthority, type AuthorityConfig } from './index.ts'

/** A ceremony, a database and a running authority, as a test needs them. */

export const deps: ActorDeps = {
  clock: systemClock,
  wall: systemClock,
  activity: unobserved,
  entropy: systemEntropy,
  crypto: nodeCrypto,
  log: silentLog,
}
export const subjectOf = (role: Role) => ({
  commonName: role,
  role,
  eui: eui64('02-00-00-00-00-00-00-01'),
  organisation: eui64('02-00-00-00-00-00-00-02'),
})

export async function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'interlock-authority-'))
  // The database's own user must get through to its folder.
  chmodSync(dir, 0o755)
  const database = { name: 'authority', user: 'authority', password: 'secret' }
  const cluster = await testCluster({
    dir: join(dir, 'db'),
    databases: [database],
    log: silentLog,
  })
  const ceremony = createAuthority(join(dir, 'ceremony'), deps)
  writeFileSync(join(dir, 'root.pem'), ceremony.rootPem)
  const own = ceremony.certify(subjectOf('authority'))
  saveIdentity(join(dir, 'identity'), own.keyPem, own.chainPem)
  const config: AuthorityConfig = {
    actor: 'authority',
    name: 'Authority',
    region: 'GB-EAST',
    data: join(dir, 'data'),
    production: true,
    identity: join(dir, 'identity'),
    trust: { charging: join(dir, 'root.pem') },
    issuing: ceremony.issuingDir,
    database: cluster.url('authority'),
    listen: { host: '127.0.0.1', port: 0 },
  }
  const clients: HttpClient[] = []
  return {
    dir,
    config,
    ceremony,
    start: () => startAuthority(config, deps),
    identity(role: Role): Identity {
      const profile = role === 'station' ? 'chargingDevice' : 'chargingOrganisation'
      const { keyPem, chainPem } = ceremony.certify(subjectOf(role), { profile })
      return identityOf(keyPem, chainPem, role)
    },
    client(identity?: Identity): HttpClient {
      const trust = { roots: [ceremony.rootPem] }
      const client = httpClient({
        ...(identity === undefined ? {} : { identity }),
        trust,
        activity: unobserved,
      })
      clients.push(client)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      ceremony.close()
      await cluster.close()
      rmSync(dir, { recursive: true })
    },
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>
