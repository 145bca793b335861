import { join } from 'node:path'
import {
  checkConfig,
  nodeCrypto,
  saveIdentity,
  silentLog,
  systemClock,
  writeAtomic,
} from '@interlock/host'
import { seeded, unobserved } from '@interlock/kernel'
import { startStation, StationConfig, type StationRunning } from '@interlock/station'
import {
  feeder,
  homeOf,
  organisations,
  ratingWatts,
  region,
  fuseWatts,
} from '../../street/address-book.ts'
import type { Token } from '../csms/subject.ts'
import { leapingClock, type LeapingClock } from './leaping-clock.ts'
import type { StationDriver, StationSubject, Way } from './subject.ts'

/** Our own station: in standard mode, without random delay, on simulated hardware. */
export function openSelfStation(dir: string): StationSubject {
  let started = 0
  return {
    name: 'self',
    clock: leapingClock,
    async start(clock, way) {
      started += 1
      const home = homeOf(started)
      const data = join(dir, `station-${started}`)
      const root = join(dir, `station-${started}.pem`)
      writeAtomic(root, way.rootPem, 0o644)
      const config = configOf(way, { data, root, home })
      if (way.securityProfile === 3) {
        const made = way.certify(home.stationId, home.station)
        saveIdentity(join(data, 'identity'), made.keyPem, made.chainPem)
      }
      return drive(config, clock, way.password)
    },
    close: () => Promise.resolve(),
  }
}

function configOf(
  way: Way,
  { data, root, home }: { data: string; root: string; home: ReturnType<typeof homeOf> },
): StationConfig {
  const { securityProfile, address, password, variables } = way
  const proof = securityProfile === 3 ? {} : { password }
  return checkConfig(
    'conformance',
    {
      actor: `station-${home.number}`,
      name: home.address,
      region,
      feeder,
      data,
      trustMode: 'standard',
      stationId: home.stationId,
      eui: home.station,
      organisation: organisations.csms,
      evses: [{ id: 1, ratingWatts, phases: 1 }],
      fuseWatts,
      siteWatts: fuseWatts,
      delaySecondsMax: 0,
      trust: { charging: root },
      network: { securityProfile, url: address, ...proof },
      variables,
    },
    StationConfig,
  )
}

/** A battery that is not full before the case ends. */
const car = { energyWattHours: 60_000, vehicleWattsMax: ratingWatts }

/** The simulated controller takes what its maker signed. */
const image = Buffer.from('the program of a charging station, second edition')

async function drive(
  config: StationConfig,
  clock: LeapingClock,
  password: string,
): Promise<StationDriver> {
  const start = (): Promise<StationRunning> =>
    startStation(config, {
      clock,
      wall: systemClock,
      activity: unobserved,
      entropy: seeded(config.stationId),
      crypto: nodeCrypto,
      log: silentLog,
    })
  let running = await start()
  const hands = createHands(() => running)
  return {
    stationId: config.stationId,
    password,
    image,
    ...hands,
    async losesPower() {
      await running.close()
      running = await start()
    },
    close: () => running.close(),
  }
}

type Hands = Omit<StationDriver, 'stationId' | 'password' | 'image' | 'losesPower' | 'close'>

function createHands(running: () => StationRunning): Hands {
  const done = (_nothing: void): Promise<void> => Promise.resolve()
  let isPaused = false
  return {
    entersBay: () => done(running().hardware.enterBay()),
    leavesBay: () => done(running().hardware.leaveBay()),
    plugsIn: () =>
      done(running().hardware.plugIn(isPaused ? { ...car, paused: true as const } : car)),
    unplugs: () => done(running().hardware.unplug()),
    leavesCable: () => done(running().hardware.unplug('EV')),
    takesCable: () => done(running().hardware.unplug('station')),
    presents: (token: Token) => done(running().hardware.present(token)),
    vehiclePauses(paused) {
      isPaused = paused
      return done(running().hardware.pauseVehicle(paused))
    },
    faults: (kind) => done(running().hardware.fault(kind)),
    limitedFromOutside: (watts) =>
      done(running().hardware.outsideLimit(watts === undefined ? watts : { watts, source: 'EMS' })),
  }
}
