import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startBroker, type BrokerConfig } from '@interlock/broker'
import type { Carrier } from '@interlock/bus'
import { ListedGroups, type ConsentPurpose, type TopicGrant } from '@interlock/contract'
import {
  accessPointCarrier,
  ensureDir,
  httpClient,
  nodeCrypto as crypto,
  silentLog,
  systemClock,
  systemEntropy,
  writeAtomic,
  type ActorDeps,
  type HttpClient,
  type Identity,
} from '@interlock/host'
import { startKeys, type KeysConfig } from '@interlock/keys'
import { assert, toBase64Url, unobserved, type Clock, type Eui64 } from '@interlock/kernel'
import { signConsent, type ConsentStatement } from '@interlock/privacy'
import { memoryOutbox, openExchange, type Exchange, type Finding } from '@interlock/topics'
import type { Static } from 'typebox'
import { Value } from 'typebox/value'
import { openAuthority, type Authority } from './authority.ts'

export type MiddlewareOptions = {
  readonly dir: string
  /** Of the key server and of consents. */
  readonly clock?: Clock
  /** Real time, which a test may bring forward. */
  readonly wall?: Clock
  readonly carrier?: BrokerConfig['carrier']
  readonly pace?: BrokerConfig['pace']
  /** The middleware in a process of its own; what goes to it and comes from it is captured, inside its TLS. */
  readonly apart?: boolean
  /** In place of one of its own; `broker` is certified by it. */
  readonly authority?: Authority
}

/** One who takes part, with what it has found so far. */
export type Party = { readonly exchange: Exchange; readonly findings: Finding[] }

/** A station's owner, whose consents count at the key server. */
export type Owner = {
  readonly station: Eui64
  say(reader: Eui64, purpose: ConsentPurpose, given: boolean): Promise<number>
}

const grantRow = (
  to: Identity,
  may: TopicGrant['may'],
  selection: Omit<TopicGrant, 'may' | 'organisation'>,
): TopicGrant => ({ organisation: to.peer.organisation, may, ...selection })

/** The middleware and the key server, as their programs run, and those who exchange data by them. */
export async function openMiddleware(options: MiddlewareOptions) {
  const { dir, clock = systemClock, wall = systemClock } = options
  ensureDir(dir)
  const authority = options.authority ?? openAuthority(dir)
  const supervisor = authority.certify('supervisor', 'supervisor')
  if (options.authority === undefined) authority.certify('broker', 'broker')
  const keyIdentity = authority.certify('keyserver', 'keys')
  const carrierOfStation = authority.certify('web', 'web')
  const deps: ActorDeps = {
    clock,
    wall,
    activity: unobserved,
    entropy: systemEntropy,
    crypto,
    log: silentLog,
  }
  const common = { region: 'GB', production: true, trust: { charging: authority.root } }
  const administrators = [supervisor.peer.organisation]
  const listen = { host: '127.0.0.1', port: 0 }
  const brokerConfig: BrokerConfig = {
    ...common,
    actor: 'broker',
    name: 'Middleware',
    data: `${dir}/broker`,
    identity: authority.folderOf('broker'),
    listen,
    carrier: options.carrier ?? { kind: 'own' },
    keptMax: 1_000_000,
    shareMax: 1_000_000,
    pace: options.pace ?? { burst: 1_000_000, perSecond: 1_000_000 },
    administrators,
    keyServer: keyIdentity.peer.organisation,
  }
  const broker =
    options.apart === true
      ? await forkBroker(`${dir}/broker.json`, brokerConfig)
      : { ...(await startBroker(brokerConfig, deps)), pid: process.pid }
  const accessPoint = `https://127.0.0.1:${broker.port}`
  const keysConfig: KeysConfig = {
    ...common,
    actor: 'keys',
    name: 'Key server',
    data: `${dir}/keys`,
    identity: authority.folderOf('keys'),
    listen,
    accessPoint,
    administrators,
  }
  let keys = await startKeys(keysConfig, deps)
  const port = keys.port
  const keyOrigin = `https://127.0.0.1:${port}`
  const trust = { roots: [authority.rootPem] }
  const clientOf = (identity: Identity) => httpClient({ identity, trust, activity: unobserved })
  const desk = clientOf(supervisor)
  const bringer = clientOf(carrierOfStation)
  const parties: Party[] = []
  const captured: Buffer[] = []
  const ways: HttpClient[] = []
  /** A way of a client to the access point, with what passes on it noted down. */
  const carrierOf = (identity: Identity): Carrier => {
    const http = clientOf(identity)
    ways.push(http)
    return capturing(accessPointCarrier(http, accessPoint), captured)
  }

  /** At the access point and at the key server, or at one of them. */
  async function change(
    method: 'PUT' | 'DELETE',
    grant: TopicGrant,
    at: readonly string[] = [accessPoint, keyOrigin],
  ): Promise<void> {
    for (const origin of at) {
      const { status } = await desk.request(method, `${origin}/api/v1/grants`, grant)
      assert(status === 204, `granted or revoked: ${status}`)
    }
  }

  return {
    authority,
    accessPoint,
    keyOrigin,
    keyServer: keyIdentity.peer.organisation,
    grant: (
      to: Identity,
      may: TopicGrant['may'],
      selection: Omit<TopicGrant, 'may' | 'organisation'>,
      at?: readonly string[],
    ) => change('PUT', grantRow(to, may, selection), at),
    revoke: (
      to: Identity,
      may: TopicGrant['may'],
      selection: Omit<TopicGrant, 'may' | 'organisation'>,
      at?: readonly string[],
    ) => change('DELETE', grantRow(to, may, selection), at),
    /** @param carrier in place of the access point's, between this party and the middleware */
    brokerPid: broker.pid,
    captured,
    carrierOf,
    enter: async (identity: Identity, given?: Carrier): Promise<Party> => {
      const carrier = given ?? (options.apart === true ? carrierOf(identity) : undefined)
      const findings: Finding[] = []
      const exchange = await openExchange({
        identity,
        rootPem: authority.rootPem,
        accessPoint,
        keys: keyOrigin,
        keyServer: keyIdentity.peer.organisation,
        outbox: memoryOutbox(),
        onFinding: (finding) => void findings.push(finding),
        deps,
        ...(carrier !== undefined && { carrier }),
      })
      const party = { exchange, findings }
      parties.push(party)
      return party
    },
    /** An owner of a station that the key server has been told of. */
    owner: async (station: Eui64): Promise<Owner> => {
      const { key } = crypto.generateKey()
      const owner = { station, key: toBase64Url(key.publicKey.spki) }
      const added = await desk.request('PUT', `${keyOrigin}/api/v1/owners`, owner)
      assert(added.status === 204, 'the owner is known')
      // The app vendor carries for this home.
      const carries = grantRow(carrierOfStation, 'publish', { kind: 'consumption', id: station })
      await change('PUT', carries, [keyOrigin])
      return {
        station,
        async say(reader, purpose, given) {
          const next = await bringer.request('GET', `${keyOrigin}/api/v1/consents/${station}`)
          const { number, previous } = next.body as { number: number; previous: string }
          const at = clock.now()
          const statement: ConsentStatement = {
            station,
            number,
            previous,
            reader,
            purpose,
            given,
            at,
          }
          const url = `${keyOrigin}/api/v1/consents`
          return (await bringer.request('POST', url, signConsent(statement, key, crypto))).status
        },
      }
    },
    /** What each group topic has come to. */
    async groups(): Promise<Static<typeof ListedGroups>['groups']> {
      const { body } = await desk.request('GET', `${keyOrigin}/api/v1/groups`)
      assert(Value.Check(ListedGroups, body), 'a list of groups')
      return body.groups
    },
    /** The key server ends, and starts again with what it kept. */
    restartKeys: async (): Promise<void> => {
      await keys.close()
      keys = await startKeys({ ...keysConfig, listen: { ...listen, port } }, deps)
    },
    async close(): Promise<void> {
      for (const { exchange } of parties) await exchange.close()
      for (const way of ways) await way.close()
      await desk.close()
      await bringer.close()
      await keys.close()
      await broker.close()
    },
  }
}

const startMillisMax = 60_000

async function forkBroker(path: string, config: BrokerConfig) {
  writeAtomic(path, JSON.stringify(config))
  const script = fileURLToPath(new URL('broker-process.ts', import.meta.url))
  const child = fork(script, [path], { execArgv: ['--import', 'tsx'] })
  const signal = AbortSignal.timeout(startMillisMax)
  const [said] = (await once(child, 'message', { signal })) as [{ port: number }]
  return {
    port: said.port,
    pid: child.pid ?? 0,
    async close() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** The same carrier; what passes is noted as it goes inside of TLS. */
const capturing = (carrier: Carrier, captured: Buffer[]): Carrier => ({
  ...carrier,
  publish(topic, message, id) {
    captured.push(Buffer.from(JSON.stringify({ topic, message, id })))
    return carrier.publish(topic, message, id)
  },
  async *read(selection, after, signal, mayRead) {
    for await (const carried of carrier.read(selection, after, signal, mayRead)) {
      captured.push(Buffer.from(JSON.stringify(carried)))
      yield carried
    }
  },
})

export type Middleware = Awaited<ReturnType<typeof openMiddleware>>
