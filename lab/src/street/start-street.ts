import { startAuthority } from '@interlock/authority'
import { startBroker } from '@interlock/broker'
import { limits, type BudgetLimits, type Happening } from '@interlock/contract'
import { startCir } from '@interlock/cir'
import { startCsms, type CsmsRunning } from '@interlock/csms'
import { startDcc, type DccRunning } from '@interlock/dcc'
import { startDso, type DsoRunning } from '@interlock/dso'
import type { Card } from '@interlock/driver'
import { startEmsp } from '@interlock/emsp'
import {
  guardedClock,
  nodeCrypto,
  startCluster,
  systemClock,
  systemEntropy,
  type ActorDeps,
  type Log,
  type Running,
} from '@interlock/host'
import { startDsrsp, type DsrspRunning } from '@interlock/dsrsp'
import { startHub, type NetworkModel } from '@interlock/hub'
import { millis, seeded } from '@interlock/kernel'
import { startKeys } from '@interlock/keys'
import { startLlcs, type LlcsRunning } from '@interlock/llcs'
import { startMeter, type MeterRunning } from '@interlock/meter'
import {
  openCardFolder,
  startStation,
  type StationDeps,
  type StationRunning,
} from '@interlock/station'
import { startSupervisor } from '@interlock/supervisor'
import { startSupplier, type SupplierRunning } from '@interlock/supplier'
import type { Session } from '../worlds/day.ts'
import type { WorldClock } from '../worlds/world-clock.ts'
import type { Home } from './address-book.ts'
import { dsoConfig } from './capacity-configs.ts'
import { renewSmartMeterList } from './ceremony.ts'
import { preNotify, registerMeter } from './commissioning.ts'
import * as configs from './configs.ts'
import { startFeederMeter, writeFeederLoad } from './feeder.ts'
import type { FeederModel } from './feeder-model.ts'
import { sumRules } from './feeder-sums.ts'
import { startHomeMeters } from './home-meters.ts'
import { makeStreet } from './make-street.ts'
import { cardHome, cirConfig, emspConfig } from './roaming-configs.ts'
import { brokerConfig, keysConfig } from './middleware-configs.ts'
import { streetCsms } from './street-csms.ts'
import { supplierConfig } from './supplier-config.ts'
import { agreeOnTopics } from './topic-agreements.ts'
import { untilTopicsFlow } from './until-topics-flow.ts'
import { writeConfig } from './write-configs.ts'

export type StreetOptions = {
  readonly dir: string
  readonly seed: number
  readonly sessions: readonly Session[]
  readonly world: WorldClock
  readonly log: Log
  /** Lab only: chargers without their controls. */
  readonly chargers?: Pick<StationDeps, 'gate' | 'answers'>
  /** Lab only: ledgers with other limits than a street's. */
  readonly budget?: BudgetLimits
  /** Lab only: homes whose smart-meter network takes time and loses messages. */
  readonly networkOf?: (home: Home) => NetworkModel | undefined
  /** Lab only: another feeder than the street's, or one that no distribution operator limits. */
  readonly feeder?: FeederModel | 'unlimited'
  /** Told what chargers and LLCSs see themselves, which nobody else could know of them. */
  readonly onHappening?: (happening: Happening) => void
  /** Told of each step, for people. */
  readonly say: (words: string) => void
}

/** Keys, leases and what is kept of messages last as long as certificates do, however fast the world lives. */
const ofRealTime: readonly string[] = ['broker', 'keys']

/** The smart-meter authority, simulated, signs a new list so often. */
const renewEvery = millis(limits.revocationListRenewMillis)

/** One home's devices, running. */
export type RunningHome = {
  readonly home: Home
  /** The car that comes here today. */
  readonly session: Session
  readonly meter: MeterRunning
  readonly llcs: LlcsRunning
  readonly station: StationRunning
}

export type Street = Running & {
  readonly plan: configs.Plan
  readonly homes: readonly RunningHome[]
  readonly csms: CsmsRunning
  readonly dcc: DccRunning
  readonly dsrsp: DsrspRunning
  readonly supplier: SupplierRunning
  /** Absent where nobody limits the feeder. */
  readonly dso: DsoRunning | undefined
  /** Of the driver who charges at this home with the card of a provider. */
  readonly cardAt: (home: Home) => Card | undefined
  readonly depsOf: (actor: string) => ActorDeps
  /** Adds something to be closed with the street, before what is there. */
  readonly adopt: <Part extends Running>(part: Part) => Part
}

/**
 * Starts every actor of a street in this process, each from its own config file, and commissions
 * what is new. World time stands still meanwhile.
 *
 * @throws Fault when any part cannot start; nothing is left running.
 */
export async function startStreet(options: StreetOptions): Promise<Street> {
  const closers: Running[] = []
  const adopt = <Part extends Running>(part: Part): Part => {
    closers.push(part)
    return part
  }
  const close = async (): Promise<void> => {
    for (const part of closers.splice(0).toReversed()) await part.close()
  }
  try {
    return { ...(await start(options, adopt)), adopt, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function start(
  options: StreetOptions,
  adopt: Street['adopt'],
): Promise<Omit<Street, 'close' | 'adopt'>> {
  const { world, seed, say } = options
  const depsOf = (actor: string): ActorDeps => {
    const log = options.log.child({ actor })
    const wall = guardedClock(systemClock, log)
    return {
      clock: ofRealTime.includes(actor) ? wall : world.clockFor(actor),
      wall,
      activity: world.activity,
      // Keys are drawn when real time has it, and must not shift what chargers draw.
      entropy: { ...seeded(`${seed}/${actor}`), bytes: (length) => systemEntropy.bytes(length) },
      crypto: nodeCrypto,
      log,
    }
  }
  const made = await makeStreet(options.dir, options.sessions.length, options.sessions, say)
  const limited = options.feeder !== 'unlimited'
  const plan = {
    ...made.plan,
    budget: options.budget ?? made.plan.budget,
    ...(typeof options.feeder === 'object' && { feeder: options.feeder }),
  }
  const { cluster: dir } = plan.layout
  const wall = guardedClock(systemClock, options.log)
  let renewing = wall.after(renewEvery, 'smart-meter-list', function renew(): void {
    renewing = wall.after(renewEvery, 'smart-meter-list', renew)
    renewSmartMeterList(plan.layout)
  })
  adopt({ close: () => Promise.resolve(renewing.cancel()) })
  const { databases, databasePort: port } = made
  adopt(await startCluster({ dir, port, databases, log: options.log }))
  /** Starts an actor from its config, which is kept where `interlock ACTOR --config` finds it. */
  const run = async <Config extends { actor: string }, Part extends Running>(
    config: Config,
    folder: { readonly root: string; readonly config: string },
    startActor: (config: Config, deps: ActorDeps) => Promise<Part>,
  ): Promise<Part> => {
    writeConfig(config, folder)
    return adopt(await startActor(config, depsOf(config.actor)))
  }
  const { server, device } = plan.layout

  say('Starting the servers: authority, supervisor, DCC (simulated), DSRSP, DSO, CSMS, supplier;')
  say(
    'the middleware, which carries what it cannot read, and the key server, which carries nothing.',
  )
  await Promise.all([
    run(configs.authorityConfig(plan), server('authority'), startAuthority),
    run(brokerConfig(plan), server('broker'), startBroker),
  ])
  const [, dcc] = await Promise.all([
    run(configs.supervisorConfig(plan), server('supervisor'), startSupervisor),
    run(configs.dccConfig(plan), server('dcc'), startDcc),
    run(keysConfig(plan), server('keys'), startKeys),
    run(cirConfig(plan), server('cir'), startCir),
  ])
  await agreeOnTopics(plan, world.activity)
  const dsrsp = await run(configs.dsrspConfig(plan), server('dsrsp'), startDsrsp)
  writeFeederLoad(plan, world.now())
  const dso = limited
    ? await run(dsoConfig(plan), server('dso'), (config, deps) =>
        startDso(config, { ...deps, sumRules }),
      )
    : undefined
  const csms = await run(streetCsms(plan, limited), server('csms'), startCsms)
  await run(emspConfig(plan), server('emsp'), startEmsp)
  // Operators, provider and CSMS have agreed before any charger comes, so that no day depends on who was faster.
  await world.quiet()
  const supplier = await run(supplierConfig(plan), server('supplier'), startSupplier)

  const homes = plan.homes
  const publish = options.onHappening ?? (() => {})
  say('The installer (simulated) registers the chargers.')
  await preNotify(plan, homes, world.activity)
  await registerMeter(plan, world.activity)
  say(`Starting ${homes.length} homes: hub, meter, LLCS and charger in each (simulated hardware).`)
  const running = await Promise.all(
    homes.map(async (home, index): Promise<RunningHome> => {
      const session = known(options.sessions[index], `session of home ${home.number}`)
      await run(
        configs.hubConfig(plan, home, options.networkOf?.(home)),
        device('hub', home),
        startHub,
      )
      const meter = await run(configs.meterConfig(plan, home), device('meter', home), startMeter)
      const llcs = await run(configs.llcsConfig(plan, home), device('llcs', home), (config, deps) =>
        startLlcs(config, { ...deps, publish }),
      )
      const station = await run(
        configs.stationConfig(plan, home),
        device('station', home),
        (config, deps) =>
          startStation(config, {
            ...deps,
            publish,
            sumRules,
            ...options.chargers,
          }),
      )
      return { home, session, meter, llcs, station }
    }),
  )
  const metered = running.map(({ meter, station }) => ({
    meter,
    chargerWattHours: () => station.observe().meterWattHours,
  }))
  adopt(startHomeMeters(metered, plan.feeder.restWatts, depsOf('home-meters')))
  if (limited) {
    adopt(startFeederMeter(plan, () => meteredBy(running), depsOf('feeder-meter')))
    await untilTopicsFlow(plan, running, world.activity)
    await world.quiet()
  }
  const card = openCardFolder(plan.layout.driverCard, nodeCrypto)
  adopt({ close: () => Promise.resolve(card.close()) })
  const cardAt = ({ number }: Home): Card | undefined =>
    number === cardHome(plan).number ? card : undefined
  return { plan, homes: running, csms, dcc, dsrsp, supplier, dso, cardAt, depsOf }
}

const meteredBy = (homes: readonly RunningHome[]): number =>
  homes.reduce((sum, { station }) => sum + station.observe().meterWattHours, 0)

function known<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new TypeError(`the street has no ${what}`)
  return value
}
