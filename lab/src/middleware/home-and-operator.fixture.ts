import { openMiddleware, openToldSets, type CapacityHearer, type Sayer } from '@interlock/csms'
import { feederSumRules } from '@interlock/contract'
import { startDso, type DsoConfig } from '@interlock/dso'
import {
  checkConfig,
  httpClient,
  openAudit,
  openJournal,
  nodeCrypto as crypto,
  readText,
  silentLog,
  systemClock,
  systemEntropy as entropy,
  writeAtomic,
  type ActorDeps,
  type Closers,
  type Identity,
} from '@interlock/host'
import { instant, stationId, toIso, unobserved, type Clock } from '@interlock/kernel'
import { startStation, StationConfig, type StationDeps } from '@interlock/station'
import type { Middleware } from './middleware.ts'

const [region, feeder] = ['eastern', 'f1']

/** Of what a charger and an operator of the network need besides each other's middleware. */
export type ActorsOptions = {
  readonly dir: string
  readonly clock: Clock
  /** Real time, which a test may bring forward. */
  readonly wall?: Clock
  readonly middleware: Middleware
}

const depsOf = ({ clock, wall = systemClock }: ActorsOptions): ActorDeps => ({
  clock,
  wall,
  activity: unobserved,
  entropy,
  crypto,
  log: silentLog,
})
const configOf = ({ middleware }: ActorsOptions) => ({
  accessPoint: middleware.accessPoint,
  keys: middleware.keyOrigin,
  keyServer: middleware.keyServer,
})

/** A meter that signs each reading, four an hour. */
const signed = { meterIntervalSeconds: 900, variables: { 'SampledDataCtrlr.SignReadings': 'true' } }

/** A charger as its program runs; its CSMS is away all the time. */
export function startHome(
  options: ActorsOptions,
  name: string,
  { peer }: Identity,
  given: object = signed,
  more: Pick<StationDeps, 'sumRules'> = {},
) {
  const { dir, middleware } = options
  const nowhere = 'wss://127.0.0.1:1/ocpp'
  const config = checkConfig(
    'lab',
    {
      actor: 'station',
      name: 'Charger',
      region,
      feeder,
      production: false,
      data: `${dir}/${name}`,
      stationId: name,
      eui: peer.eui,
      organisation: peer.organisation,
      evses: [{ id: 1, ratingWatts: 7_400 }],
      fuseWatts: 9_200,
      siteWatts: 14_000,
      csms: { profile2Url: nowhere, profile3Url: nowhere },
      identity: middleware.authority.folderOf(name),
      trust: { charging: middleware.authority.root },
      middleware: configOf(options),
      ...given,
    },
    StationConfig,
  )
  return startStation(config, { ...depsOf(options), ...more })
}

/** An operator of the network as its program runs, which would read a home, and the load of a provider of charging. */
export async function startOperator(
  options: ActorsOptions,
  name: string,
  { home, provider }: { readonly home?: Identity; readonly provider?: string },
) {
  const { dir, clock, middleware } = options
  const { authority } = middleware
  const history = `${dir}/${name}-history.json`
  writeAtomic(history, JSON.stringify(evenDaysBefore(clock.now())), 0o644)
  const config: DsoConfig = {
    actor: 'dso',
    name: 'Distribution operator',
    region,
    production: true,
    data: `${dir}/${name}`,
    identity: authority.folderOf(name),
    trust: { charging: authority.root },
    listen: { host: '127.0.0.1', port: 0 },
    origin: 'https://dso.test',
    heartbeatSeconds: 300,
    providers: provider === undefined ? [] : [providerRow(options, provider)],
    feeders: [
      {
        group: feeder,
        ratedWatts: 100_000,
        history,
        ...(provider !== undefined && { reported: true }),
        contracts: provider === undefined ? [] : [{ provider, contractedWatts: 50_000 }],
      },
    ],
    homes: home === undefined ? [] : [{ feeder, station: home.peer.eui }],
    middleware: configOf(options),
  }
  return startDso(config, depsOf(options))
}

/** Enough to forecast from: the feeder bore the same all along. */
function evenDaysBefore(now: number) {
  const [blockMillis, blocks] = [900_000, 8 * 96]
  const end = Math.floor(now / blockMillis) * blockMillis
  const from = toIso(instant(end - blocks * blockMillis))
  return { from, watts: Array<number>(blocks).fill(20_000) }
}

const providerRow = ({ middleware }: ActorsOptions, name: string) => ({
  name,
  certificate: `${middleware.authority.folderOf(name)}/chain.pem`,
  origin: 'https://csms.test',
  token: 'nobody-registers-in-this-lab',
})

/** What a CSMS says by topic, as its program says it: its stations draw what `powers` says. */
export function openSayer(
  options: ActorsOptions,
  name: string,
  identity: Identity,
  powers: readonly number[],
  book?: CapacityHearer,
) {
  const { dir, clock, middleware } = options
  const closers: Closers = []
  const stations = powers.map((powerWatts, i) => {
    const { eui } = middleware.authority.certify('station', `${name}-${i}`).peer
    return [
      stationId(`${name}-${i}`),
      {
        powerWatts,
        connected: true,
        record: { feeder, eui, trust: 'supervised' },
        report: { isSummed: false },
      },
    ] as const
  })
  const sayer: Sayer = {
    config: {
      actor: name,
      region,
      data: `${dir}/${name}`,
      trust: { charging: middleware.authority.root, smartMeter: middleware.authority.root },
      middleware: configOf(options),
    },
    deps: depsOf(options),
    identity,
    audit: openAudit({ path: `${dir}/${name}.jsonl`, actor: name, clock, identity }),
    views: new Map(stations),
  }
  const trust = { roots: [middleware.authority.rootPem] }
  // Half-hours are none of what it says: a street has those.
  const chargesOf = () => Promise.resolve([])
  const sets = openToldSets(openJournal(`${dir}/${name}-sets.journal`), feederSumRules)
  closers.push(() => sets.close())
  const { tellSession } = openMiddleware(sayer, { trust, closers, book, sets, chargesOf })
  return {
    tellSession,
    stations: stations.map(([id, { record }]) => ({ id, eui: record.eui })),
    async close() {
      for (const closer of closers.toReversed()) await closer()
      sayer.audit.close()
    },
  }
}

type FeederDocument = {
  readonly homes: readonly {
    readonly records: number
    readonly latest: { readonly record: string } | null
  }[]
  readonly loads: readonly object[]
}

/** What the operator has: as its own people see it, and how far it has read. */
export function seenBy(options: ActorsOptions, name: string, identity: Identity, port: number) {
  const trust = { roots: [options.middleware.authority.rootPem] }
  const http = httpClient({ identity, trust, activity: unobserved })
  return {
    feeder: async () => {
      const url = `https://127.0.0.1:${port}/api/v1/feeders/${feeder}`
      return (await http.request('GET', url)).body as FeederDocument
    },
    /** Of the last message that it was brought, whether it could open it or not. */
    position(): number {
      const kept = readText(`${options.dir}/${name}/topics/half-hours.journal`).trimEnd()
      const last = kept.split('\n').at(-1) ?? ''
      return (JSON.parse(last.slice(last.indexOf(' '))) as { position: number }).position
    },
    close: () => http.close(),
  }
}
