import { join } from 'node:path'
import { createAuthority } from '@interlock/authority'
import { startCsms, type CsmsConfig, type CsmsRunning } from '@interlock/csms'
import { createSmki } from '@interlock/dcc'
import {
  identityOf,
  nodeCrypto,
  saveIdentity,
  silentLog,
  startCluster,
  systemClock,
  systemEntropy,
  writeAtomic,
  type ActorDeps,
  type Cluster,
  type Identity,
  type Running,
} from '@interlock/host'
import { unobserved, type Eui64, type Role } from '@interlock/kernel'
import {
  feeder,
  homesOf,
  organisations,
  ratingWatts,
  region,
  type Home,
} from '../../street/address-book.ts'
import type { LoadStation } from './protocol.ts'

/** Everything a CSMS under load stands on, in one folder: identities and database. */
export type Ground = Running & {
  readonly config: CsmsConfig
  readonly cluster: Cluster
  readonly stations: readonly LoadStation[]
  readonly identity: Identity
  /** Of the CSMS's console: it reads the API. */
  readonly reader: Identity
  readonly rootPem: string
}
/** The same with the real CSMS on it. */
export type Site = Ground & { readonly csms: CsmsRunning }

const databases = ['csms', 'bare'] as const
const loopback = { host: '127.0.0.1', port: 0 } as const

/** @throws Fault when a part cannot start; nothing is left running. */
export async function openGround(
  dir: string,
  stationCount: number,
  ports: { readonly profile2: number; readonly profile3: number } = { profile2: 0, profile3: 0 },
): Promise<Ground> {
  const homes = homesOf(stationCount)
  const made = certify(dir, homes)
  const cluster = await startCluster({
    dir: join(dir, 'database'),
    databases: databases.map((name) => ({ name, user: name, password: 'of-this-run-only' })),
    log: silentLog,
  })
  const config = csmsConfig(dir, homes, cluster.url('csms'))
  const { host } = loopback
  const ocpp = {
    profile2: { host, port: ports.profile2 },
    profile3: { host, port: ports.profile3 },
  }
  return { config: { ...config, ocpp }, cluster, ...made, close: () => cluster.close() }
}

/** As in production: nothing of it is stepped, seeded or observed. */
export const realDeps = (): ActorDeps => ({
  clock: systemClock,
  wall: systemClock,
  activity: unobserved,
  entropy: systemEntropy,
  crypto: nodeCrypto,
  log: silentLog,
})

/** @throws Fault when a part cannot start; nothing is left running. */
export async function openSite(dir: string, stationCount: number): Promise<Site> {
  const ground = await openGround(dir, stationCount)
  try {
    const csms = await startCsms(ground.config, realDeps())
    const close = async (): Promise<void> => {
      await csms.close()
      await ground.close()
    }
    return { ...ground, csms, close }
  } catch (error) {
    await ground.close()
    throw error
  }
}

function certify(dir: string, homes: readonly Home[]) {
  const deps = { wall: systemClock, crypto: nodeCrypto }
  const charging = createAuthority(join(dir, 'charging'), deps)
  const smartMeter = createSmki(join(dir, 'smart-meter'), deps)
  try {
    const subject = (commonName: string, role: Role, eui: Eui64, organisation = eui) => ({
      commonName,
      role,
      eui,
      organisation,
    })
    const own = charging.certify(subject('csms', 'csms', organisations.csms))
    saveIdentity(join(dir, 'csms-charging'), own.keyPem, own.chainPem)
    const network = smartMeter.certify(subject('csms', 'csms', organisations.csms))
    saveIdentity(join(dir, 'csms-smart-meter'), network.keyPem, network.chainPem)
    const supplier = smartMeter.certify(subject('supplier', 'supplier', organisations.supplier))
    writeAtomic(join(dir, 'supplier.pem'), supplier.chainPem, 0o644)
    const company = smartMeter.certify(subject('dcc', 'dcc', organisations.dcc))
    writeAtomic(join(dir, 'dcc.pem'), company.chainPem, 0o644)
    writeAtomic(join(dir, 'charging.pem'), charging.rootPem, 0o644)
    writeAtomic(join(dir, 'smart-meter.pem'), smartMeter.rootPem, 0o644)
    const stations = homes.map(({ stationId, station }) => ({
      id: stationId,
      ...charging.certify(subject(stationId, 'station', station), { profile: 'chargingDevice' }),
    }))
    const identity = identityOf(own.keyPem, own.chainPem, 'csms')
    const web = charging.certify(subject('web', 'web', organisations.web, organisations.csms))
    const reader = identityOf(web.keyPem, web.chainPem, 'web')
    return { identity, reader, stations, rootPem: charging.rootPem }
  } finally {
    charging.close()
    smartMeter.close()
  }
}

/** A CSMS as in production, with nobody behind it: no tariff to read and no command to send. */
function csmsConfig(dir: string, homes: readonly Home[], database: string): CsmsConfig {
  const nobody = 'https://127.0.0.1:9'
  return {
    actor: 'csms',
    name: 'CSMS under load',
    region,
    production: true,
    data: join(dir, 'csms'),
    identity: join(dir, 'csms-charging'),
    smartMeterIdentity: join(dir, 'csms-smart-meter'),
    trust: { charging: join(dir, 'charging.pem'), smartMeter: join(dir, 'smart-meter.pem') },
    database,
    listen: loopback,
    ocpp: { profile2: loopback, profile3: loopback },
    peers: { supervisor: nobody, dcc: nobody },
    dccCertificate: join(dir, 'dcc.pem'),
    stations: homes.map(({ stationId, station }) => ({
      stationId,
      eui: station,
      ratingWatts,
      evse: 1,
      feeder,
      delaySecondsMax: 600,
      enrolled: false,
      idTokens: [],
    })),
    expectedSessions: [],
    tariff: { supplierCertificate: join(dir, 'supplier.pem'), refreshMinutes: 360 },
    planning: {
      departure: '07:30',
      energyWattHours: 10_000,
      marginPercent: 25,
      arrivalToleranceMinutes: 60,
    },
  }
}
