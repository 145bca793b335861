import { join } from 'node:path'
import { createAuthority, startAuthority } from '@interlock/authority'
import { startCsms, type CsmsConfig } from '@interlock/csms'
import { startDcc } from '@interlock/dcc'
import {
  hashPassword,
  httpClient,
  identityOf,
  loadIdentity,
  nodeCrypto,
  silentLog,
  startCluster,
  systemDeps,
  systemClock,
  systemEntropy,
  type ActorDeps,
  type HttpClient,
  type Identity,
  type Running,
} from '@interlock/host'
import { eui64, Fault, toBase64Url, unobserved } from '@interlock/kernel'
import { startSupervisor } from '@interlock/supervisor'
import { homesOf, organisations, type Home } from '../../street/address-book.ts'
import { csmsHost } from '../../street/csms-ocpp.ts'
import { preNotify } from '../../street/commissioning.ts'
import * as configs from '../../street/configs.ts'
import { makeStreet } from '../../street/make-street.ts'
import { makeSecrets, type HomeSecrets } from '../../street/secrets.ts'
import { restInterface } from './rest-subject.ts'
import { runTokens } from './run-tokens.ts'
import type { CsmsSubject, Lease } from './subject.ts'

/**
 * Our own CSMS as it runs in production: with its supervisor, the authority, the simulated DCC and a
 * database of its own. Its stations are the runner's, registered in standard trust mode.
 *
 * @throws Fault when a part cannot start; nothing is left running.
 */
export async function openSelf(
  dir: string,
  stations: number,
  say: (words: string) => void,
): Promise<CsmsSubject> {
  const closers: Running[] = []
  const close = async (): Promise<void> => {
    for (const part of closers.splice(0).toReversed()) await part.close()
  }
  const adopt = <Part extends Running>(part: Part): Part => {
    closers.push(part)
    return part
  }
  try {
    return { ...(await start(dir, stations, say, adopt)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function start(
  dir: string,
  stations: number,
  say: (words: string) => void,
  adopt: <Part extends Running>(part: Part) => Part,
): Promise<Omit<CsmsSubject, 'close'>> {
  // Nobody lives in these homes: of their devices only the charger is there, and it is the runner.
  const { plan, databases, databasePort: port } = await makeStreet(dir, 1, [], say)
  const wide = widened(plan, stations)
  const { leases, operator } = issueIdentities(wide)
  const cluster = { dir: plan.layout.cluster, port, databases, log: silentLog }
  adopt(await startCluster(cluster))
  say('Starting the CSMS with its supervisor, authority and DCC (simulated).')
  adopt(await startAuthority(configs.authorityConfig(plan), quiet('authority')))
  const budget = budgetFor(stations)
  const [supervisor, dcc] = await Promise.all([
    startSupervisor({ ...configs.supervisorConfig(plan), budget }, quiet('supervisor')),
    startDcc({ ...configs.dccConfig(plan), budget }, quiet('dcc')),
  ])
  adopt(supervisor)
  adopt(dcc)
  await preNotify(wide, wide.homes, unobserved, {
    trustMode: 'standard',
    evses: [1, 2],
    llcs: undefined,
  })
  const { ocppPorts } = adopt(await startCsms(await csmsConfig(wide, leases), quiet('csms')))
  const roots = leases[0]?.trust.roots ?? []
  const client = (identity: Identity) =>
    adopt(httpClient({ identity, trust: { roots }, activity: unobserved, expectRole: 'csms' }))
  const reader = loadIdentity(plan.layout.server('web').charging)
  const base = configs.https(plan, 'csms')
  const commands = client(operator)
  await putTokens(commands, base)
  const free = [...leases]
  return {
    name: 'self',
    tokens: runTokens,
    lease() {
      const lease = free.shift()
      if (lease === undefined) throw new TypeError('more stations are asked for than were made')
      const addresses = { ...lease.addresses, 1: `ws://127.0.0.1:${ocppPorts.profile1}/ocpp` }
      return Promise.resolve({ ...lease, addresses })
    },
    ...restInterface(base, { operator: commands, reader: client(reader) }),
  }
}

/** The same street with as many homes as the run has stations. */
function widened(plan: configs.Plan, stations: number): configs.Plan {
  const homes = homesOf(stations)
  const secrets = makeSecrets(homes, []).homes
  const secretsOf = ({ number }: Home): HomeSecrets => {
    const found = secrets[number - 1]
    if (found === undefined) throw new TypeError(`there is no home ${number}`)
    return found
  }
  return { ...plan, homes, secretsOf }
}

const quiet = (actor: string): ActorDeps => ({ ...systemDeps(actor), log: silentLog })

/** Large enough that only a case that means to runs into it. */
const budgetFor = (stations: number) => configs.streetBudget(stations * 1_000)

/** The stations of the runner have two EVSEs and know OCPP alone. */
async function csmsConfig(plan: configs.Plan, leases: readonly Lease[]): Promise<CsmsConfig> {
  const config = configs.csmsConfig(plan)
  const { dsrsp: _, ...peers } = config.peers
  const stations = config.stations.map(
    async ({ llcs: _llcs, meter: _meter, passwordSha256: _first, ...station }, index) => ({
      ...station,
      trustMode: 'standard' as const,
      passwordHash: await hashPassword(leases[index]?.password ?? ''),
      evses: [1, 2],
      enrolled: false,
      delaySecondsMax: 0,
      idTokens: [],
    }),
  )
  const ocpp = { ...config.ocpp, profile1: { host: '127.0.0.1', port: 0 } }
  return { ...config, ocpp, peers, stations: await Promise.all(stations) }
}

/** Puts in the tokens of the run, as an operator would. */
async function putTokens(operator: HttpClient, base: string): Promise<void> {
  const { valid, sameGroup, group, blocked, expired, master, masterGroup } = runTokens
  const shared = { status: 'Accepted', concurrent: true }
  const rows = [
    { ...valid, ...shared, groupId: group },
    { ...sameGroup, ...shared, groupId: group },
    { ...master, ...shared, groupId: masterGroup },
    { ...blocked, status: 'Blocked' },
    { ...expired, status: 'Accepted', expiresAt: '2020-01-01T00:00:00Z' },
  ]
  for (const row of rows) {
    const { status, body } = await operator.request('PUT', `${base}/api/v1/tokens`, row)
    if (status !== 200) throw new Fault('TokenRefused', `${row.idToken}: ${JSON.stringify(body)}`)
  }
}

/** A certificate for each station of the runner, and one for the operator at the console. */
function issueIdentities(plan: configs.Plan): { leases: Lease[]; operator: Identity } {
  const deps = { wall: systemClock, crypto: nodeCrypto }
  const charging = createAuthority(join(plan.layout.ceremony, 'charging'), deps)
  try {
    const made = charging.certify({
      commonName: 'conformance-operator',
      role: 'maintainer',
      eui: eui64('02-00-00-00-00-00-00-15'),
      organisation: organisations.csms,
    })
    const stationOf = (home: Home): Lease => {
      const { stationId, station: eui } = home
      const own = charging.certify(
        { commonName: stationId, role: 'station', eui, organisation: organisations.csms },
        { profile: 'chargingDevice' },
      )
      return {
        stationId,
        profile: 3,
        addresses: {
          2: `wss://${csmsHost}:${plan.port('csms/ocpp2')}/ocpp`,
          3: `wss://${csmsHost}:${plan.port('csms/ocpp3')}/ocpp`,
        },
        identity: identityOf(own.keyPem, own.chainPem, stationId),
        password: toBase64Url(systemEntropy.bytes(18)),
        trust: { roots: [charging.rootPem] },
      }
    }
    const operator = identityOf(made.keyPem, made.chainPem, 'the operator')
    return { leases: plan.homes.map(stationOf), operator }
  } finally {
    charging.close()
  }
}
