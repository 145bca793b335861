import { join } from 'node:path'
import type { AuthorityConfig } from '@interlock/authority'
import type { BudgetLimits } from '@interlock/contract'
import type { CsmsConfig } from '@interlock/csms'
import { anomalyRulesDefault, type DccConfig } from '@interlock/dcc'
import { nodeCrypto } from '@interlock/host'
import { toHex, toIso, utf8 } from '@interlock/kernel'
import type { DsrspConfig } from '@interlock/dsrsp'
import type { HubConfig, NetworkModel } from '@interlock/hub'
import type { LlcsConfig } from '@interlock/llcs'
import type { MeterConfig } from '@interlock/meter'
import { firstContactKey, firstContactPassword } from '@interlock/pki'
import type { StationConfig } from '@interlock/station'
import type { SupervisorConfig } from '@interlock/supervisor'
import { armModuleSha256 } from '@interlock/web'
import type { Session } from '../worlds/day.ts'
import { csmsOcpp } from './csms-ocpp.ts'
import { feeder, fuseWatts, organisations, ratingWatts, region, type Home } from './address-book.ts'
import type { Layout } from './layout.ts'
import type { FeederModel } from './feeder-model.ts'
import { isSummed } from './feeder-sums.ts'
import type { HomeSecrets, StreetSecrets } from './secrets.ts'

/** Everything a config is made from. */
export type Plan = {
  readonly layout: Layout
  readonly homes: readonly Home[]
  readonly secretsOf: (home: Home) => HomeSecrets
  readonly secrets: Pick<StreetSecrets, 'oscp' | 'ocpiInvitation'>
  readonly feeder: FeederModel
  /** Ports by name: a server's, `csms/ocpp2`, `home-3/llcs` … */
  readonly port: (name: string) => number
  readonly databaseUrl: (name: string) => string
  readonly sessions: readonly Session[]
  /** Of both ledgers. */
  readonly budget: BudgetLimits
}

export const loopback = '127.0.0.1'
export const https = (plan: Plan, name: string): string => `https://${loopback}:${plan.port(name)}`
export const wss = (plan: Plan, name: string): string => `wss://${loopback}:${plan.port(name)}`
export const listen = (plan: Plan, name: string) => ({ host: loopback, port: plan.port(name) })

/**
 * What the response of one home is charged in every window it may come in: the arm's change and its
 * return, and the curve from full to nothing.
 */
const responseWatts = 3 * ratingWatts

/** A quarter of the street may be moved by one organisation; a lab's figure, not the nation's. */
export function streetBudget(stations: number): BudgetLimits {
  const street = stations * ratingWatts
  // Everybody may begin in the cheapest half-hour, with the margin of a plan; where homes are few, one
  // that stops and begins in the same window counts more.
  const plans = 1.25 * street + 4 * ratingWatts
  return {
    organisationWatts: Math.round(street / 4),
    agreedWatts: { [organisations.dsrsp]: responseWatts * stations },
    // A remote consumer's arm is charged its change and its return, so even two homes need this.
    consumerVendorWatts: Math.max(2 * street, 8 * ratingWatts),
    regionWatts: 4 * street,
    totalWatts: 4 * street,
    planOrganisationWatts: plans,
    planWatts: plans,
  }
}

/** For the lab: what a ledger grants that refuses nothing. */
export const withoutBudget: BudgetLimits = streetBudget(1_000_000)

/** All that those who exchange data by topic know of the middleware. */
export const middlewareOf = (plan: Plan) => ({
  accessPoint: https(plan, 'broker'),
  keys: https(plan, 'keys'),
  keyServer: organisations.keys,
})

/** Adds the MAC to what devices obey, and signs what users are answered. */
export const dccCertificate = (plan: Plan): string =>
  `${plan.layout.server('dcc').smartMeter}/chain.pem`

export const base = (actor: string, name: string, folder: { data: string }) => ({
  actor,
  name,
  region,
  data: folder.data,
  production: false,
})

export function authorityConfig(plan: Plan): AuthorityConfig {
  const folder = plan.layout.server('authority')
  return {
    ...base('authority', 'Charging authority', folder),
    identity: folder.charging,
    trust: { charging: plan.layout.trust.charging },
    issuing: join(plan.layout.ceremony, 'charging/issuing'),
    database: plan.databaseUrl('authority'),
    listen: listen(plan, 'authority'),
  }
}

export function supervisorConfig(plan: Plan): SupervisorConfig {
  const folder = plan.layout.server('supervisor')
  const chain = (name: 'csms' | 'dsrsp') => `${plan.layout.server(name).charging}/chain.pem`
  return {
    ...base('supervisor', 'Central supervisor', folder),
    feeder,
    identity: folder.charging,
    smartMeterIdentity: folder.smartMeter,
    trust: plan.layout.trust,
    database: plan.databaseUrl('supervisor'),
    listen: listen(plan, 'supervisor'),
    peers: { authority: https(plan, 'authority'), dcc: https(plan, 'dcc') },
    budget: plan.budget,
    commandsPerHourMax: 60,
    providers: [chain('csms'), chain('dsrsp')],
    firmware: [
      { sha256: firmwareSha256, maker: 'Interlock', version: '1.0' },
      { sha256: armModuleSha256(), maker: 'Interlock', version: 'arm module' },
    ],
  }
}

/** The one firmware of the street: the digest of its name, since simulated hardware has no image. */
export const firmwareSha256 = toHex(nodeCrypto.sha256(utf8('interlock simulated charger 1.0')))

export function csmsConfig(plan: Plan): CsmsConfig {
  const folder = plan.layout.server('csms')
  return {
    ...base('csms', 'Acacia Charging', folder),
    identity: folder.charging,
    smartMeterIdentity: folder.smartMeter,
    trust: plan.layout.trust,
    database: plan.databaseUrl('csms'),
    listen: listen(plan, 'csms'),
    ocpp: csmsOcpp(folder.rsa, listen(plan, 'csms/ocpp2'), listen(plan, 'csms/ocpp3')),
    peers: {
      supervisor: https(plan, 'supervisor'),
      dcc: https(plan, 'dcc'),
      dsrsp: `${wss(plan, 'dsrsp/ocpp')}/ocpp/`,
    },
    dccCertificate: dccCertificate(plan),
    stations: plan.homes.map((home) => ({
      stationId: home.stationId,
      eui: home.station,
      ratingWatts,
      evse: 1,
      feeder,
      delaySecondsMax: 600,
      passwordSha256: passwordSha256(plan.secretsOf(home).station),
      llcs: home.llcs,
      meter: home.meter,
      enrolled: true,
      idTokens: [idTokenOf(home)],
    })),
    expectedSessions: plan.homes.flatMap((home, index) => {
      const session = plan.sessions[index]
      if (session === undefined) return []
      const { pluggedIn, departure, energyWattHours } = session
      const times = { arrival: toIso(pluggedIn), departure: toIso(departure) }
      return [{ stationId: home.stationId, ...times, energyWattHours }]
    }),
    tariff: {
      supplierCertificate: `${plan.layout.server('supplier').smartMeter}/chain.pem`,
      refreshMinutes: 360,
    },
    planning: {
      departure: '07:30',
      energyWattHours: 10_000,
      marginPercent: 25,
      arrivalToleranceMinutes: 60,
    },
  }
}

/** What the owner chose for when no answer comes: both choices stand in one street. */
export const storedRuleOf = (home: Home): StationConfig['storedRule'] =>
  home.number % 2 === 0 ? 'wait' : 'charge'

/** The token that the home's owner uses at their own charger. */
export const idTokenOf = (home: Home): string => `OWNER-${home.number}`

/** What a charger with that secret of its maker says at first contact. */
export const passwordOf = (secret: string): string =>
  firstContactPassword(firstContactKey(secret, nodeCrypto), nodeCrypto)

const passwordSha256 = (secret: string): string =>
  toHex(nodeCrypto.sha256(utf8(passwordOf(secret))))

export function dccConfig(plan: Plan): DccConfig {
  const folder = plan.layout.server('dcc')
  const certificate = (kind: 'meter' | 'llcs', home: Home) =>
    `${plan.layout.device(kind, home).smartMeter}/chain.pem`
  return {
    ...base('dcc', 'Smart-meter data company (simulated)', folder),
    feeder,
    identity: folder.smartMeter,
    chargingIdentity: folder.charging,
    trust: plan.layout.trust,
    database: plan.databaseUrl('dcc'),
    listen: listen(plan, 'dcc'),
    wan: listen(plan, 'dcc/wan'),
    peers: { supervisor: https(plan, 'supervisor') },
    budget: plan.budget,
    anomaly: anomalyRulesDefault,
    revocationList: plan.layout.smartMeterList,
    futureDatedMost: 1_000,
    alerts: [],
    inventory: {
      awaited: [],
      hubs: plan.homes.map((home) => home.hub),
      devices: plan.homes.flatMap((home) => [
        {
          eui: home.meter,
          kind: 'meter' as const,
          hub: home.hub,
          certificate: certificate('meter', home),
          responsible: [organisations.supplier],
          // The plan is made by the tariff, and its members see theirs.
          readers: [organisations.csms, organisations.dsrsp],
          controllers: [],
        },
        {
          eui: home.llcs,
          kind: 'llcs' as const,
          hub: home.hub,
          certificate: certificate('llcs', home),
          responsible: [organisations.supplier, organisations.dsrsp],
          readers: [],
          controllers: [{ number: 1, ratingWatts }],
        },
      ]),
    },
  }
}

export function dsrspConfig(plan: Plan): DsrspConfig {
  const folder = plan.layout.server('dsrsp')
  return {
    ...base('dsrsp', 'Acacia Flexibility', folder),
    identity: folder.charging,
    smartMeterIdentity: folder.smartMeter,
    trust: plan.layout.trust,
    database: plan.databaseUrl('dsrsp'),
    listen: listen(plan, 'dsrsp'),
    ocpp: listen(plan, 'dsrsp/ocpp'),
    peers: { supervisor: https(plan, 'supervisor'), dcc: https(plan, 'dcc') },
    csms: organisations.csms,
    dccCertificate: dccCertificate(plan),
    middleware: middlewareOf(plan),
    homes: plan.homes.map(({ station }) => ({ feeder, station })),
    portfolio: plan.homes.map((home) => ({
      stationId: home.stationId,
      eui: home.station,
      llcs: home.llcs,
      meter: home.meter,
      evse: 1,
      ratingWatts,
      feeder,
    })),
    supplier: `${plan.layout.server('supplier').smartMeter}/chain.pem`,
    response: {
      points: [
        { hertz: 49.2, percent: 0 },
        { hertz: 49.8, percent: 100 },
      ],
      deadbandHertz: 0.2,
      durationMillisMax: 1_800_000,
      holdHours: 24,
    },
  }
}

export function hubConfig(plan: Plan, home: Home, network?: NetworkModel): HubConfig {
  const folder = plan.layout.device('hub', home)
  return {
    ...base(`hub-${home.number}`, `Communications hub, ${home.address}`, folder),
    eui: home.hub,
    identity: folder.smartMeter,
    trust: { smartMeter: plan.layout.trust.smartMeter },
    wan: wss(plan, 'dcc/wan'),
    listen: listen(plan, `home-${home.number}/hub`),
    hanKey: plan.secretsOf(home).hanKey,
    meter: home.meter,
    devices: [home.llcs, home.meter],
    ...(network === undefined ? {} : { network }),
  }
}

export function meterConfig(plan: Plan, home: Home): MeterConfig {
  const folder = plan.layout.device('meter', home)
  return {
    ...base(`meter-${home.number}`, `Smart meter, ${home.address}`, folder),
    eui: home.meter,
    identity: folder.smartMeter,
    hub: han(plan, home),
    trust: { smartMeter: plan.layout.trust.smartMeter },
    anchors: {
      broker: dccCertificate(plan),
      supplier: `${plan.layout.server('supplier').smartMeter}/chain.pem`,
    },
  }
}

/** Whose tariff the home pays. */
const payer = (plan: Plan, home: Home) => ({
  meter: home.meter,
  supplier: `${plan.layout.server('supplier').smartMeter}/chain.pem`,
})

export const han = (plan: Plan, home: Home) => ({
  host: loopback,
  port: plan.port(`home-${home.number}/hub`),
  hanKey: plan.secretsOf(home).hanKey,
})

export function llcsConfig(plan: Plan, home: Home): LlcsConfig {
  const folder = plan.layout.device('llcs', home)
  return {
    ...base(`llcs-${home.number}`, `Load control supervisor, ${home.address}`, folder),
    feeder,
    eui: home.llcs,
    identity: folder.smartMeter,
    hub: han(plan, home),
    anchors: {
      broker: dccCertificate(plan),
      dsrsp: `${plan.layout.server('dsrsp').smartMeter}/chain.pem`,
    },
    tariff: payer(plan, home),
    trust: plan.layout.trust,
    station: home.station,
    installCode: plan.secretsOf(home).installCode,
    listen: listen(plan, `home-${home.number}/llcs`),
    evses: [1],
    deadbandHertz: 0.2,
    dwellMillis: 10_000,
    durationMillisMax: 1_800_000,
    stepHertz: 0.02,
  }
}

export function stationConfig(plan: Plan, home: Home): StationConfig {
  const folder = plan.layout.device('station', home)
  const secrets = plan.secretsOf(home)
  return {
    ...base(`station-${home.number}`, home.address, folder),
    feeder,
    stationId: home.stationId,
    eui: home.station,
    organisation: organisations.csms,
    evses: [{ id: 1, ratingWatts, phases: 1 }],
    fuseWatts,
    siteWatts: fuseWatts,
    csms: {
      profile2Url: `${wss(plan, 'csms/ocpp2')}/ocpp`,
      profile3Url: `${wss(plan, 'csms/ocpp3')}/ocpp`,
    },
    secret: secrets.station,
    trust: plan.layout.trust,
    // DSRSP and supplier sign their arms with smart-meter keys; the charging cells come at first contact.
    cells: [
      {
        role: 'dsrsp' as const,
        certificate: `${plan.layout.server('dsrsp').smartMeter}/chain.pem`,
      },
      { role: 'supplier' as const, certificate: payer(plan, home).supplier },
    ],
    llcs: {
      eui: home.llcs,
      host: loopback,
      port: plan.port(`home-${home.number}/llcs`),
      installCode: secrets.installCode,
      tariff: payer(plan, home),
    },
    middleware: middlewareOf(plan),
    ...(isSummed(plan.homes.length) && { sums: { dso: organisations.dso } }),
    driverRegister: `${plan.layout.server('cir').charging}/chain.pem`,
    trustMode: 'supervised',
    // Every neighbour is at hand, and the world waits for none of them.
    variables: {
      'OCPPCommCtrlr.RetryBackOffWaitMinimum': '1',
      'OCPPCommCtrlr.RetryBackOffRandomRange': '0',
      'SampledDataCtrlr.SignReadings': 'true',
    },
    delaySecondsMax: 600,
    meterIntervalSeconds: 900,
    storedRule: storedRuleOf(home),
  }
}
