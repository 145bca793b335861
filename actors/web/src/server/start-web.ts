import {
  duisClient,
  ensureDir,
  httpClient,
  loadIdentity,
  openAudit,
  openJournal,
  pinPeer,
  smartMeterList,
} from '@interlock/host'
import type { Happening } from '@interlock/contract'
import type { ActorDeps, HttpClient, HttpClientOptions, Identity, Running } from '@interlock/host'
import type { Role } from '@interlock/kernel'
import type { ArmSession, ConsoleSession } from '../shared/shapes.ts'
import type { WebRoute } from './access.ts'
import { createArmDesk, type ArmDesk } from './arm-desk.ts'
import { createArmModule, type ArmModule } from './arm-module.ts'
import { createArmNetwork, type ArmNetwork } from './arm-network.ts'
import { armRoutes } from './arm-routes.ts'
import type { WebConfig } from './config-schema.ts'
import { armModuleState, pagesDir, readArmModule, readRoots, readTls } from './config.ts'
import { consoleRoutes, type AttackHook, type HardwareHook } from './console-routes.ts'
import { addEventStream } from './event-stream.ts'
import { feederRoutes } from './feeder-routes.ts'
import { createFeederSource, type FeederSource } from './feeder-source.ts'
import { createHandOvers, type HandOvers } from './hand-overs.ts'
import { concerns, createHappenings, type Happenings } from './happenings.ts'
import { createLoads } from './load-history.ts'
import { createLogin, loginRoutes, type Login } from './login.ts'
import { createOriginServer, type OriginServer } from './origin-server.ts'
import { openOriginatorCounters } from './originator-counters.ts'
import { securityHeaders } from './security-headers.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { changedRows, createStreetWatch } from './street-watch.ts'
import { hertzOf, parseStations, seenBy } from './street.ts'
import { createUpstreams, type Upstreams } from './upstreams.ts'

/** `attack` and `hardware` come from the lab; the neighbours are made from the config unless given. */
export type WebDeps = ActorDeps & {
  readonly attack?: AttackHook
  readonly hardware?: HardwareHook
  readonly upstreams?: Upstreams
  readonly network?: ArmNetwork
  readonly feeders?: FeederSource
}

export type WebRunning = Running & {
  readonly consoleUrl: string
  readonly armUrl: string
  readonly consolePort: number
  readonly armPort: number
  /** Every method and path that each origin answers. */
  readonly doors: { readonly console: readonly string[]; readonly arm: readonly string[] }
  /** What the two pages do through their routes; a scripted person calls the same. */
  readonly desk: ArmDesk
  readonly handOvers: HandOvers
  /** Shows a happening that no neighbour tells of, such as what the lab's grid does. */
  readonly tell: (happening: Happening) => void
}

type Parts = {
  readonly config: WebConfig
  readonly deps: WebDeps
  readonly login: Login
  readonly upstreams: Upstreams
  /** Absent where no distribution operator is known. */
  readonly feeders: FeederSource | undefined
  readonly handOvers: HandOvers
  readonly happenings: Happenings
  readonly desk: ArmDesk
  readonly module: ArmModule
  readonly tls: { readonly key: string; readonly cert: string } | undefined
  readonly origins: { console: string; arm: string }
  readonly audit: (kind: string, data: Record<string, unknown>) => void
}

/**
 * Two origins for people: the console, and the page that signs. Each has its own port, sessions,
 * cookies and content policy; they share a login and the errands handed from one to the other.
 */
export async function startWeb(config: WebConfig, deps: WebDeps): Promise<WebRunning> {
  const open: Running[] = []
  const close = async (): Promise<void> => {
    for (const each of open.splice(0).toReversed()) await each.close()
  }
  try {
    const parts = createParts(config, deps, open)
    const consoleServer = await openConsole(parts, open)
    const armServer = await openArm(parts, open)
    const ports = { console: await consoleServer.listen(), arm: await armServer.listen() }
    const scheme = parts.tls === undefined ? 'http' : 'https'
    parts.origins.console = config.console.origin ?? `${scheme}://localhost:${ports.console}`
    parts.origins.arm = config.arm.origin ?? `${scheme}://localhost:${ports.arm}`
    const { console: consoleUrl, arm: armUrl } = parts.origins
    deps.log.info({ console: consoleUrl, arm: armUrl }, 'pages are served')
    return {
      consoleUrl,
      armUrl,
      consolePort: ports.console,
      armPort: ports.arm,
      doors: { console: consoleServer.doors, arm: armServer.doors },
      desk: parts.desk,
      handOvers: parts.handOvers,
      tell: parts.happenings.take,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function createParts(config: WebConfig, deps: WebDeps, open: Running[]): Parts {
  ensureDir(config.data)
  const trail = openAudit({
    path: `${config.data}/audit.jsonl`,
    actor: config.actor,
    clock: deps.clock,
  })
  const audit = (kind: string, data: Record<string, unknown>) => void trail.record(kind, data)
  open.push({ close: async () => trail.close() })
  const handOvers = createHandOvers(deps.wall)
  const { upstreams, network } = neighbours(config, deps, open, audit)
  const { clock, wall, crypto } = deps
  const { homes } = config
  const module = createArmModule({
    read: readArmModule,
    state: armModuleState,
    isRegistered: (sha256) => upstreams.isRegistered(sha256),
    wall,
    crypto,
  })
  return {
    config,
    deps,
    audit,
    handOvers,
    happenings: createHappenings(homes),
    upstreams,
    feeders: deps.feeders ?? distribution(config, deps, open),
    login: createLogin(config.login, wall),
    module,
    desk: createArmDesk({ network, module, handOvers, homes, wall, clock, crypto, audit }),
    tls: config.tls === undefined ? undefined : readTls(config.tls),
    origins: { console: '', arm: '' },
  }
}

function neighbours(config: WebConfig, deps: WebDeps, open: Running[], audit: Parts['audit']) {
  if (deps.upstreams !== undefined && deps.network !== undefined)
    return { upstreams: deps.upstreams, network: deps.network }
  const { peers, trust } = config
  const { activity } = deps
  // Two hands, two roots: neither side's servers are believed by the other side's client; and one
  // client for each neighbour, which believes nobody else in its place.
  const client = (identity: Identity, root: string | undefined, expectRole: Role): HttpClient => {
    const http = httpClient({ identity, trust: { roots: readRoots(root) }, activity, expectRole })
    open.push(http)
    return http
  }
  const charging = loadIdentity(config.identity.charging)
  const smartMeter = loadIdentity(config.identity.smartMeter)
  const chargingClient = (role: Role): HttpClient => client(charging, trust.charging, role)
  const csms = { base: peers.csms, http: chargingClient('csms') }
  const dcc = { base: peers.dcc, http: client(smartMeter, trust.smartMeter, 'dcc') }
  const { chainPem } = smartMeter
  const path = `${config.data}/smart-meter-list.pem`
  const list = smartMeterList({ http: dcc.http, url: dcc.base, chainPem, path, deps })
  open.push({ close: async () => list.close() })
  void list.start()
  const supervisor = { base: peers.supervisor, http: chargingClient('supervisor') }
  const dsrsp =
    peers.dsrsp === undefined ? [] : [{ base: peers.dsrsp, http: chargingClient('dsrsp') }]
  const journal = openJournal(`${config.data}/counters.journal`)
  open.push({ close: async () => journal.close() })
  return {
    upstreams:
      deps.upstreams ??
      createUpstreams({
        csms,
        supervisor,
        narrators: [csms, supervisor, ...dsrsp, dcc],
        wall: deps.wall,
      }),
    network:
      deps.network ??
      createArmNetwork({
        dcc: duisClient({
          http: dcc.http,
          url: dcc.base,
          identity: smartMeter,
          company: pinPeer(config.dccCertificate, audit),
          roots: readRoots(trust.smartMeter),
          revoked: list.revoked,
          crypto: deps.crypto,
          wall: deps.wall,
          record: audit,
        }),
        counters: openOriginatorCounters(journal, deps.clock),
      }),
  }
}

/** The operator's own desk, at the operator alone; and whoever publishes open data. */
function distribution(
  { distribution: operator, openData, trust }: WebConfig,
  { activity }: WebDeps,
  open: Running[],
): FeederSource | undefined {
  if (operator === undefined) return undefined
  const identity = loadIdentity(operator.identity)
  const roots = readRoots(trust.charging)
  const client = (
    whom: Pick<HttpClientOptions, 'identity' | 'expectRole' | 'expectOrganisation'>,
  ) => {
    const http = httpClient({ ...whom, trust: { roots }, activity })
    open.push(http)
    return http
  }
  const expectOrganisation = identity.peer.organisation
  return createFeederSource({
    operator: {
      base: operator.url,
      http: client({ identity, expectRole: 'dso', expectOrganisation }),
    },
    publisher:
      openData === undefined ? undefined : { base: openData, http: client({ expectRole: 'csms' }) },
  })
}

const cookieName = (page: string, tls: boolean): string =>
  tls ? `__Host-interlock-${page}` : `interlock-${page}`

async function openConsole(parts: Parts, open: Running[]): Promise<OriginServer> {
  const { config, deps, upstreams, feeders, handOvers, audit, origins, tls } = parts
  const { clock, wall, attack, hardware } = deps
  const sessions = createSessions(wall)
  const about = (): Omit<ConsoleSession, 'login'> => ({
    timeZone: config.timeZone,
    now: clock.now(),
    armOrigin: origins.arm,
    ...(attack === undefined ? {} : { attack: { controls: attack.controls } }),
    simulated: hardware !== undefined,
    feeders: feeders !== undefined,
  })
  const armOrigin = () => origins.arm
  const { homes } = config
  const own = { upstreams, handOvers, homes, clock, armOrigin, attack, hardware, audit }
  const routes = [...consoleRoutes(own), ...feederRoutes({ feeders, clock })]
  const server = await openOrigin(parts, 'console', sessions, about, routes)
  open.push(
    server,
    addConsoleEvents(parts, server, sessions, cookieName('console', tls !== undefined)),
  )
  return server
}

async function openArm(parts: Parts, open: Running[]): Promise<OriginServer> {
  const { config, deps, upstreams, handOvers, desk, audit, origins, tls } = parts
  const sessions = createSessions(deps.wall)
  const about = (): Omit<ArmSession, 'login'> => ({
    timeZone: config.timeZone,
    now: deps.clock.now(),
    consoleOrigin: origins.console,
    simulated: deps.hardware !== undefined,
    moduleSha256: parts.module.sha256,
  })
  const name = cookieName('arm', tls !== undefined)
  const { homes } = config
  const routes = armRoutes({ desk, handOvers, upstreams, homes, sessions, cookieName: name, audit })
  const server = await openOrigin(parts, 'arm', sessions, about, routes)
  open.push(server)
  return server
}

function openOrigin(
  parts: Parts,
  page: 'console' | 'arm',
  sessions: Sessions,
  about: () => object,
  routes: readonly WebRoute[],
): Promise<OriginServer> {
  const { config, deps, login, tls, origins, audit } = parts
  const origin = () => origins[page]
  const name = cookieName(page, tls !== undefined)
  const onSignedIn = ({ name: person }: { name: string }) => audit('signed-in', { person, page })
  return createOriginServer({
    page,
    listen: config[page].listen,
    origin,
    tls,
    cookieName: name,
    sessions,
    routes: [
      ...loginRoutes({ login, sessions, cookieName: name, origin, about, onSignedIn }),
      ...routes,
    ],
    pages: pagesDir(page),
    log: deps.log,
  })
}

/** What happens, as it happens: a first picture, then what changes. */
function addConsoleEvents(
  { config, deps, upstreams, happenings, tls }: Parts,
  server: OriginServer,
  sessions: Sessions,
  cookieName: string,
): Running {
  const { wall, clock, log } = deps
  const source = upstreams.happenings(happenings.take)
  const loads = createLoads()
  const street = createStreetWatch({
    wall,
    rows: async () => {
      const answer = await upstreams.stations()
      const hertz = hertzOf(answer)
      const at = clock.now()
      if (hertz !== undefined)
        happenings.take({ at, actor: 'csms', kind: 'frequency', data: { hertz } })
      const rows = parseStations(answer, config.homes)
      loads.take(at, rows)
      return rows
    },
    onFailure: (err) => log.warn({ err }, 'the street cannot be read'),
  })
  const streams = addEventStream({
    app: server.app,
    url: '/api/events',
    cookieName,
    sessions,
    wall,
    headers: securityHeaders('console', tls !== undefined),
    subscribe: ({ person }, send) => {
      send('loads', loads.seenBy(person))
      for (const each of happenings.recent(person)) send('happening', each)
      const changed = changedRows(new Map())
      const unwatch = street.watch((rows) =>
        send('street', { at: clock.now(), stations: changed(seenBy(person, rows)) }),
      )
      const unlisten = happenings.listen((each) => {
        if (concerns(person, each)) send('happening', each)
      })
      return () => {
        unwatch()
        unlisten()
      }
    },
  })
  return {
    close: async () => {
      streams.close()
      street.close()
      await source.close()
    },
  }
}
