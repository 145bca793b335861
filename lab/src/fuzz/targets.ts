import { join } from 'node:path'
import {
  checkConfig,
  nodeCrypto,
  saveIdentity,
  silentLog,
  systemClock,
  writeAtomic,
  type ActorDeps,
} from '@interlock/host'
import { inMinutes, seeded, unobserved } from '@interlock/kernel'
import { actions, type Handlers } from '@interlock/ocpp'
import { StationConfig, startStation } from '@interlock/station'
import { connectStation } from '../bench/load/client.ts'
import { openSite, type Site } from '../bench/load/site.ts'
import { organisations, ratingWatts, region } from '../street/address-book.ts'
import { worldStart } from '../worlds/day.ts'
import { steppedClock } from './stepped-clock.ts'
import { createTarget, type Target } from './target.ts'

export type Targets = {
  readonly each: readonly Target[]
  /** Lets a minute of the stations' world pass, for what waits for its time. */
  pass(): Promise<void>
  close(): Promise<void>
}

/** Both ends of OCPP as they run, each reached over memory: the CSMS, and a station of either mode. */
export async function openTargets(dir: string): Promise<Targets> {
  const site = await openSite(dir, 1)
  const world = steppedClock(worldStart)
  const csms = await csmsTarget(site)
  const supervised = await stationTarget(dir, site, 'supervised', world.clockFor('supervised'))
  const standard = await stationTarget(dir, site, 'standard', world.clockFor('standard'))
  const each = [csms, supervised, standard]
  return {
    each,
    pass: () => world.pass(inMinutes(1)),
    async close() {
      for (const target of each.toReversed()) await target.close()
      await site.close()
    },
  }
}

/** The handlers of a session that a station has opened. */
async function csmsTarget(site: Site): Promise<Target> {
  const [station] = site.stations
  if (station === undefined) throw new TypeError('the site has a station')
  const place = { port: site.csms.ocppPorts.profile3, rootPem: site.rootPem }
  const client = await connectStation(place, station, { text: () => {}, close: () => {} })
  const [session] = site.csms.sessions.values()
  if (session === undefined) throw new TypeError('the station has a session')
  const handlers: Handlers = {}
  for (const action of actions) {
    const genuine = session.handle(action, taken)
    if (genuine !== undefined) Object.assign(handlers, { [action]: genuine })
  }
  return createTarget('csms', handlers, () => {
    client.abort()
    return Promise.resolve()
  })
}

const taken = (): never => {
  throw new TypeError('the handlers of this session are at the fuzzer')
}

async function stationTarget(
  dir: string,
  site: Site,
  trustMode: StationConfig['trustMode'],
  clock: ActorDeps['clock'],
): Promise<Target> {
  const data = join(dir, trustMode)
  const [own] = site.stations
  if (own === undefined) throw new TypeError('the site has a station')
  saveIdentity(join(data, 'identity'), own.keyPem, own.chainPem)
  writeAtomic(join(data, 'csms.pem'), site.identity.chainPem, 0o644)
  const running = await startStation(configOf(dir, site, data, trustMode), {
    clock,
    // Nobody is there to connect to, and nobody waits for it.
    wall: { now: () => systemClock.now(), after: () => ({ cancel: () => {} }) },
    activity: unobserved,
    entropy: seeded(trustMode),
    crypto: nodeCrypto,
    log: silentLog,
  })
  running.hardware.plugIn({ energyWattHours: 1_000_000, vehicleWattsMax: ratingWatts })
  return createTarget(`station, ${trustMode}`, running.handlers(), () => running.close())
}

function configOf(
  dir: string,
  { config, stations }: Site,
  data: string,
  trustMode: StationConfig['trustMode'],
): StationConfig {
  const nobody = 'wss://127.0.0.1:9/ocpp'
  const [row] = config.stations
  return checkConfig(
    'fuzz',
    {
      actor: `${trustMode}-station`,
      name: 'Station under fuzz',
      region,
      data,
      stationId: stations[0]?.id,
      eui: row?.eui,
      organisation: organisations.csms,
      evses: [{ id: 1, ratingWatts, phases: 1 }],
      fuseWatts: ratingWatts,
      siteWatts: ratingWatts,
      trust: { charging: join(dir, 'charging.pem'), smartMeter: join(dir, 'smart-meter.pem') },
      trustMode,
      ...(trustMode === 'supervised'
        ? {
            csms: { profile2Url: nobody, profile3Url: nobody },
            cells: [{ role: 'csms', certificate: join(data, 'csms.pem') }],
          }
        : { network: { securityProfile: 3, url: nobody }, delaySecondsMax: 0 }),
    },
    StationConfig,
  )
}
