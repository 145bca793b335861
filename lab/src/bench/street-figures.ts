import { httpClient, loadIdentity, readText, silentLog } from '@interlock/host'
import {
  assert,
  Fault,
  inHours,
  inMinutes,
  inSeconds,
  instant,
  plus,
  type Instant,
} from '@interlock/kernel'
import { at, driveCars } from '../street/cars.ts'
import { https } from '../street/configs.ts'
import { tellGoals } from '../street/driver.ts'
import { feedFrequency } from '../street/frequency-feed.ts'
import { prepareMarket } from '../street/market.ts'
import { openPages } from '../street/open-pages.ts'
import { scriptedPerson, type Device } from '../street/person.ts'
import { freePorts } from '../street/ports.ts'
import { startStreet, type RunningHome, type Street } from '../street/start-street.ts'
import { makeDay, worldStart, type Day, type Session } from '../worlds/day.ts'
import { createWorldClock, type WorldClock } from '../worlds/world-clock.ts'
import { assumedNetwork } from './assumed-network.ts'
import { line, type Line } from './report.ts'
import { compareAt, type Round } from './rounds.ts'

export type StreetPlan = {
  readonly dir: string
  /** Arms and triggers of each home. */
  readonly rounds: number
  readonly say: (words: string) => void
  readonly stop: AbortSignal
}

const homeCount = 4
/** The last of them, whose arms take as long as the network is assumed to. */
const slowHome = 4
const seed = 1
const against = 'a mutual-TLS request'
const appliedMillisMax = 10_000
/** Short, so that its change and its return are charged to the windows around it and to no later. */
const armMillis = inMinutes(20)
/** Until those windows have passed. */
const nextWindow = inMinutes(61)

/** A car that must charge all day, so that there is always something to reduce and to stop. */
const session: Session = {
  pluggedIn: instant(worldStart + inMinutes(15)),
  departure: instant(worldStart + inHours(23)),
  energyWattHours: 160_000,
  vehicleWattsMax: 7_360,
}

/**
 * How long arm, trigger and response take in a street of four homes, every actor in this process, at
 * speed 1; in one of them the smart-meter network is as slow as it is assumed to be; between measurements the world is stepped on. Each beside the time of one mutual-TLS
 * request to the CSMS, taken just before it.
 */
export async function streetFigures(plan: StreetPlan): Promise<readonly Line[]> {
  plan.say(`Starting a street of ${homeCount} homes.`)
  const world = createWorldClock(worldStart)
  const sessions = Array.from({ length: homeCount }, () => session)
  const day: Day = { ...makeDay(seed, homeCount, {}), sessions }
  const street = await startStreet({
    dir: plan.dir,
    seed,
    sessions,
    world,
    log: silentLog,
    say: () => {},
    networkOf: ({ number }) => (number === slowHome ? assumedNetwork : undefined),
  })
  try {
    await prepareMarket(street, day, () => {})
    const ports = await freePorts(['console', 'arm'])
    const pages = await openPages(street, {
      console: ports['console'] ?? 0,
      arm: ports['arm'] ?? 0,
    })
    const clock = world.clockFor('bench')
    driveCars(street.homes, sessions, clock, await tellGoals(pages))
    await world.run(readyToRespond(street), 'stepped')
    const request = bareRequest(street, world)
    plan.say('Measuring response.')
    plan.stop.throwIfAborted()
    const response = await responses(street, world, request)
    await world.run(plus(world.now(), nextWindow), 'stepped')
    plan.say('Measuring arms and triggers.')
    const phones = await enrolAll(street, world, (home, wall) =>
      scriptedPerson(
        home,
        { name: 'resident', password: pages.passwords.resident },
        { console: pages.web.consoleUrl, arm: pages.web.armUrl },
        wall,
      ),
    )
    const { arms, slowArms, triggers } = await armsAndTriggers(plan, world, phones, request)
    return [
      ...percentiles('arm', arms),
      ...percentiles('arm, over the assumed network', slowArms),
      ...percentiles('trigger', triggers),
      ...percentiles('response', response),
    ]
  } finally {
    world.stop()
    await street.close()
  }
}

/** When every car charges and every pre-authorisation of response is in force. */
function readyToRespond({ homes }: Street): Instant {
  const arms = homes.flatMap(({ llcs }) => llcs.arms())
  const from = arms.filter(({ use }) => use === 'response').map((arm) => arm.from)
  return plus(instant(Math.max(session.pluggedIn + inMinutes(30), ...from)), inMinutes(1))
}

const percentiles = (name: string, rounds: readonly Round[]): readonly Line[] => [
  line(`${name}, p50`, 'ms', against, 'lower', compareAt(0.5, rounds)),
  line(`${name}, p99`, 'ms', against, 'lower', compareAt(0.99, rounds)),
]

/** One request over mutual TLS that the CSMS answers from memory, in milliseconds. */
function bareRequest(street: Street, world: WorldClock): () => Promise<number> {
  const { layout } = street.plan
  const client = httpClient({
    identity: loadIdentity(layout.server('web').charging),
    trust: { roots: [readText(layout.trust.charging)] },
    activity: world.activity,
  })
  street.adopt(client)
  const url = `${https(street.plan, 'csms')}/healthz`
  return () =>
    timed(async () => {
      const { status } = await client.request('GET', url)
      assert(status === 200, 'the CSMS is well')
    })
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Lets the world's time pass as the wall's does while `work` is under way. */
async function atSpeedOne<Result>(world: WorldClock, work: () => Promise<Result>): Promise<Result> {
  let done = false
  const result = work().finally(() => (done = true))
  const passing = (async () => {
    while (!done) await world.run(plus(world.now(), inSeconds(0.1)), 1)
  })()
  const [value] = await Promise.all([result, passing])
  return value
}

type Resident = { readonly running: RunningHome; readonly phone: Device }

const enrolAll = (
  street: Street,
  world: WorldClock,
  personOf: (
    home: RunningHome['home'],
    clock: ReturnType<WorldClock['clockFor']>,
  ) => ReturnType<typeof scriptedPerson>,
): Promise<readonly Resident[]> =>
  atSpeedOne(world, async () => {
    const residents: Resident[] = []
    for (const running of street.homes) {
      const code = running.station.hardware.press('pair')
      const person = await personOf(running.home, world.clockFor('person'))
      residents.push({ running, phone: await person.enrol(code ?? '') })
    }
    return residents
  })

async function armsAndTriggers(
  plan: StreetPlan,
  world: WorldClock,
  residents: readonly Resident[],
  request: () => Promise<number>,
): Promise<Readonly<Record<'arms' | 'slowArms' | 'triggers', readonly Round[]>>> {
  const arms: Round[] = []
  const slowArms: Round[] = []
  const triggers: Round[] = []
  for (let round = 0; round <= plan.rounds; round++) {
    plan.stop.throwIfAborted()
    await atSpeedOne(world, async () => {
      for (const { running, phone } of residents) {
        const action = running.station.observe().setPointWatts > 0 ? 'stop' : 'charge'
        const signed = await phone.sign(action, armMillis)
        const beforeArm = await request()
        const arm = await timed(() => signed.submit())
        const beforeTrigger = await request()
        const trigger = await untilApplied(running, () => phone.trigger(signed.errand))
        // The first round warms up.
        if (round === 0) continue
        const isSlow = running.home.number === slowHome
        ;(isSlow ? slowArms : arms).push({ ours: arm, bare: beforeArm })
        triggers.push({ ours: trigger, bare: beforeTrigger })
      }
    })
    await world.run(plus(world.now(), nextWindow), 'stepped')
  }
  return { arms, slowArms, triggers }
}

/** From the beginning of `act` until the charger has another set-point; then `act` may end. */
async function untilApplied({ station }: RunningHome, act: () => Promise<void>): Promise<number> {
  const before = station.observe().setPointWatts
  const began = performance.now()
  let forget = (): void => {}
  let timer: NodeJS.Timeout | undefined
  const applied = new Promise<number>((resolve, reject) => {
    timer = setTimeout(
      () => reject(new Fault('NotApplied', `${station.stationId} kept ${before} W`)),
      appliedMillisMax,
    )
    forget = station.onChange(() => {
      if (station.observe().setPointWatts !== before) resolve(performance.now() - began)
    })
  })
  try {
    const [millis] = await Promise.all([applied, act()])
    return millis
  } finally {
    forget()
    clearTimeout(timer)
  }
}

const steps = 29
const stepHertz = 0.02
const firstHertz = 49.78
const everyMillis = 120

/**
 * The frequency falls in steps; each lowers every charger's ceiling by the curve it holds. Then it
 * recovers, stepped, until the load is back.
 */
async function responses(
  street: Street,
  world: WorldClock,
  request: () => Promise<number>,
): Promise<readonly Round[]> {
  const clock = world.clockFor('frequency')
  const begins = plus(world.now(), inSeconds(1))
  const falls = Array.from({ length: steps }, (_, step) => ({
    at: instant(begins + step * everyMillis),
    hertz: Math.round((firstHertz - step * stepHertz) * 1000) / 1000,
  }))
  const ends = instant(begins + steps * everyMillis)
  const recovers = Array.from({ length: 120 }, (_, second) => ({
    at: instant(ends + (second + 1) * 1000),
    hertz: 50,
  }))
  const feed = feedFrequency(street.homes, [...falls, ...recovers], clock)
  const bare: number[] = []
  for (const { at: moment } of falls)
    at(clock, instant(moment - everyMillis / 2), 'bench/request', async () => {
      bare.push(await request())
    })
  await world.run(ends, 1)
  await world.quiet()
  const latencies = [...feed.latencies()]
  await world.run(instant(ends + inMinutes(30)), 'stepped')
  return latencies.map((ours, index) => ({ ours, bare: bare[index % bare.length] ?? 0 }))
}
