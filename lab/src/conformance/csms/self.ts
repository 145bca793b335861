import { join } from 'node:path'
import { createAuthority, startAuthority } from '@interlock/authority'
import { startCsms, type CsmsConfig } from '@interlock/csms'
import { startDcc } from '@interlock/dcc'
import {
  httpClient,
  identityOf,
  loadIdentity,
  nodeCrypto,
  silentLog,
  startCluster,
  systemDeps,
  systemClock,
  type ActorDeps,
  type Identity,
  type Running,
} from '@interlock/host'
import { eui64, unobserved } from '@interlock/kernel'
import { startSupervisor } from '@interlock/supervisor'
import { organisations, type Home } from '../../street/address-book.ts'
import { preNotify } from '../../street/commissioning.ts'
import * as configs from '../../street/configs.ts'
import { makeStreet } from '../../street/make-street.ts'
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
  const { plan, databases, databasePort: port } = await makeStreet(dir, stations, [], say)
  const { leases, operator } = issueIdentities(plan)
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
  await preNotify(plan, plan.homes, unobserved)
  adopt(await startCsms(csmsConfig(plan), quiet('csms')))
  const roots = leases[0]?.trust.roots ?? []
  const client = (identity: Identity) =>
    adopt(httpClient({ identity, trust: { roots }, activity: unobserved, expectRole: 'csms' }))
  const reader = loadIdentity(plan.layout.server('web').charging)
  const free = [...leases]
  return {
    name: 'self',
    tokens: runTokens,
    lease() {
      const lease = free.shift()
      if (lease === undefined) throw new TypeError('more stations are asked for than were made')
      return Promise.resolve(lease)
    },
    ...restInterface(configs.https(plan, 'csms'), {
      operator: client(operator),
      reader: client(reader),
    }),
  }
}

const quiet = (actor: string): ActorDeps => ({ ...systemDeps(actor), log: silentLog })

/** Large enough that only a case that means to runs into it. */
function budgetFor(stations: number) {
  const { ...street } = configs.streetBudget(stations)
  return Object.fromEntries(
    Object.entries(street).map(([name, watts]) => [name, watts * 1_000]),
  ) as typeof street
}

function csmsConfig(plan: configs.Plan): CsmsConfig {
  const config = configs.csmsConfig(plan)
  const { dsrsp: _, ...peers } = config.peers
  const stations = config.stations.map(({ llcs: _llcs, meter: _meter, ...station }) => ({
    ...station,
    enrolled: false,
    idTokens: [runTokens.valid.idToken, runTokens.sameGroup.idToken],
  }))
  return { ...config, peers, stations }
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
        { commonName: stationId, role: 'station', eui, organisation: eui },
        { profile: 'chargingDevice' },
      )
      return {
        stationId,
        profile: 3,
        addresses: {
          2: `${configs.wss(plan, 'csms/ocpp2')}/ocpp`,
          3: `${configs.wss(plan, 'csms/ocpp3')}/ocpp`,
        },
        identity: identityOf(own.keyPem, own.chainPem, stationId),
        password: configs.passwordOf(plan.secretsOf(home).station),
        trust: { roots: [charging.rootPem] },
      }
    }
    const operator = identityOf(made.keyPem, made.chainPem, 'the operator')
    return { leases: plan.homes.map(stationOf), operator }
  } finally {
    charging.close()
  }
}
