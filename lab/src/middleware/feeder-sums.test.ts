import { feederSumRules, topicName, type FeederSumsShown } from '@interlock/contract'
import { startDso, type DsoConfig, type DsoRunning } from '@interlock/dso'
import {
  httpClient,
  nodeCrypto as crypto,
  readText,
  silentLog,
  systemClock,
  systemEntropy,
  temporaryDir,
  writeAtomic,
  type ActorDeps,
  type HttpClient,
  type Identity,
} from '@interlock/host'
import { assert, inMinutes, instant, toIso, unobserved, type Eui64 } from '@interlock/kernel'
import type { StationRunning } from '@interlock/station'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testClock } from '@interlock/kernel/clock.fixture'
import { eventually } from '../smart-meter/eventually.fixture.ts'
import { startHome } from './home-and-operator.fixture.ts'
import { openMiddleware, type Middleware } from './middleware.ts'

const halfHour = inMinutes(30)
const dir = temporaryDir('interlock-feeder-sums')
/** A minute before a half-hour begins. */
const clock = testClock(instant(Math.floor(systemClock.now() / halfHour) * halfHour - inMinutes(1)))
const deps: ActorDeps = {
  clock,
  wall: systemClock,
  activity: unobserved,
  entropy: systemEntropy,
  crypto,
  log: silentLog,
}
const place = { region: 'eastern', feeder: 'f1' }
/** The smallest street that can leave out those who hide one that is missing. */
const count = 17
/** What every station holds against whoever asks; the last test turns it off. */
const sumRules = { ...feederSumRules }
/** As an operator would have them that wants to see one home. */
const curious = { ...feederSumRules, honestMin: 1, coalitionMax: 0 }

type Charger = { readonly name: string; readonly identity: Identity; running: StationRunning }
let middleware: Middleware
let dsoConfig: DsoConfig
let dso: DsoRunning
let operator: HttpClient
let operatorEui: Eui64
const chargers: Charger[] = []

/** The whole program of a charger, from what it kept where it ran before. */
const runCharger = (name: string, identity: Identity): Promise<StationRunning> =>
  startHome(
    { dir, clock, middleware },
    name,
    identity,
    { sums: { dso: operatorEui } },
    { sumRules },
  )

async function openCharger(index: number, organisation: Eui64): Promise<Charger> {
  const name = `CHARGER-${index}`
  const identity = middleware.authority.certify('station', name, organisation)
  const running = await runCharger(name, identity)
  running.hardware.plugIn({ energyWattHours: 30_000, vehicleWattsMax: 1_000 + 37 * index })
  running.hardware.press('start')
  return { name, identity, running }
}
const takesPart = ({ running }: Charger): boolean => running.sumRoster() !== undefined
/** What it wrote down that it would not answer. */
const refusalsOf = ({ name }: Charger): readonly unknown[] =>
  readText(`${dir}/${name}/audit.jsonl`)
    .split('\n')
    .filter((line) => line.includes('"SumRefused"'))
    .map((line) => (JSON.parse(line) as { data: { reason: string } }).data.reason)

async function shown(): Promise<FeederSumsShown> {
  const url = `https://127.0.0.1:${dso.port}/api/v1/feeders/f1/sums`
  const answer = await operator.request('GET', url)
  assert(answer.status === 200, `the door of the sums: ${answer.status}`)
  return answer.body as FeederSumsShown
}
const registers = (): number =>
  chargers.reduce((sum, { running }) => sum + running.observe().meterWattHours, 0)
/** What all have used in the half-hour that the sums are first of. */
let used = 0

beforeAll(async () => {
  middleware = await openMiddleware({ dir: `${dir}/middleware` })
  const { authority, grant, accessPoint, keyOrigin, keyServer } = middleware
  const own = authority.certify('dso', 'dso')
  operatorEui = own.peer.organisation
  const cso = authority.certify('csms', 'cso').peer.organisation
  const anyStation = authority.certify('station', 'CHARGER-X', cso)
  for (const kind of ['maskKey', 'masked'] as const) {
    await grant(anyStation, 'publish', { kind, ...place })
    await grant(own, 'read', { kind, ...place })
  }
  for (const kind of ['maskRoster', 'maskRound'] as const) {
    await grant(own, 'publish', { kind, ...place })
    await grant(anyStation, 'read', { kind, ...place })
  }
  await grant(anyStation, 'read', { kind: 'maskKey', ...place })
  const opening = Array.from({ length: count }, (_, index) => openCharger(index, cso))
  chargers.push(...(await Promise.all(opening)))

  const history = `${dir}/load.json`
  const watts = Array.from({ length: 288 }, () => 20_000)
  const from = toIso(instant(Math.floor(clock.now() / halfHour) * halfHour - 72 * 3_600_000))
  writeAtomic(history, JSON.stringify({ from, watts }))
  const stations = chargers.map(({ identity }) => identity.peer.eui)
  dsoConfig = {
    actor: 'dso',
    name: 'Distribution operator',
    region: place.region,
    production: true,
    data: `${dir}/dso`,
    identity: authority.folderOf('dso'),
    trust: { charging: authority.root },
    listen: { host: '127.0.0.1', port: 0 },
    origin: 'https://dso.test',
    heartbeatSeconds: 300,
    middleware: { accessPoint, keys: keyOrigin, keyServer },
    providers: [],
    feeders: [
      { group: place.feeder, ratedWatts: 60_000, history, contracts: [], chargers: stations },
    ],
  }
  dso = await startDso(dsoConfig, deps)
  operator = httpClient({
    identity: own,
    trust: { roots: [authority.rootPem] },
    activity: unobserved,
  })
  await allSealToDso()
  // Before a half-hour is over: then those whose keys are there would begin without the others.
  await eventually(() => chargers.every(takesPart))
  await clock.advance(inMinutes(1))
  used = -registers()
  await clock.advance(halfHour)
  used += registers()
})
afterAll(async () => {
  await Promise.all(chargers.map(({ running }) => running.close()))
  await dso.close()
  await operator.close()
  await middleware.close()
})

/** Waits until the operator sees it. */
const seen = (what: (of: FeederSumsShown) => number, value: number) =>
  expect.poll(async () => what(await shown())).toBe(value)

/** Waits until the operator is a reader of what each charger is going to say. */
async function allSealToDso(): Promise<void> {
  const { authority, keyOrigin } = middleware
  const trust = { roots: [authority.rootPem] }
  for (const { identity } of chargers) {
    const http = httpClient({ identity, trust, activity: unobserved })
    const topic = topicName({ ...place, kind: 'masked', id: identity.peer.eui })
    const url = `${keyOrigin}/api/v1/readers?topic=${encodeURIComponent(topic)}`
    await eventually(async () => {
      const { body } = await http.request('GET', url)
      return (body as { readers?: unknown[] }).readers?.length === 1
    })
    await http.close()
  }
}

/** To where all that run have sent their readings: of the round that begins, or else of the next. */
async function sendReadings(): Promise<void> {
  const round = feederSumRules.roundMillis
  await clock.advance(((round - (clock.now() % round)) % round) + 20_000)
}
/** The round ends, and whoever has not been heard is left out. */
const closeRound = () => clock.advance(15_000)
const drawn = ({ running }: Charger): number => running.observe().powerWatts
const sumOf = (some: readonly Charger[]) => some.reduce((sum, each) => sum + drawn(each), 0)

test('seventeen chargers and their operator sum power and half-hour over the middleware (PF15)', async () => {
  expect(chargers.map(drawn)).toEqual(chargers.map((_, index) => 1_000 + 37 * index))
  await sendReadings()
  await seen(({ powers }) => powers.length, 1)
  const { powers, energies } = await shown()
  expect(powers).toMatchObject([{ watts: sumOf(chargers), stations: count }])
  expect(used).toBeGreaterThan(count * 500)
  expect(energies).toMatchObject([{ wattHours: used, stations: count }])
})

test('one that drops out takes six with it, the sum of the others is exact, and with its return it is of all', async () => {
  const [away] = chargers
  assert(away !== undefined, 'a street')
  await away.running.close()
  await sendReadings()
  await seen(({ status }) => status.answered, count - 1)
  await closeRound()
  await seen(({ powers }) => powers.length, 2)
  const { powers } = await shown()
  // Of each cell as many are left out as hide one: the last of those that answered.
  const left = [away, ...chargers.slice(-6)]
  const present = chargers.filter((each) => !left.includes(each))
  expect(powers.at(-1)).toMatchObject({ watts: sumOf(present), stations: 10 })
  away.running = await runCharger(away.name, away.identity)
  await eventually(() => takesPart(away))
  await sendReadings()
  await seen(({ powers }) => powers.length, 3)
  expect((await shown()).powers.at(-1)).toMatchObject({ watts: sumOf(chargers), stations: count })
  expect(chargers.flatMap(refusalsOf)).toEqual([])
})

test('an operator with rules of its own is refused a sum that differs by one home; without the stations’ rules it sees that home', async () => {
  await dso.close()
  await expect(startDso(dsoConfig, { ...deps, sumRules: curious })).rejects.toMatchObject({
    code: 'LabOnly',
  })
  dso = await startDso({ ...dsoConfig, production: false }, { ...deps, sumRules: curious })
  const [victim, ...others] = chargers
  assert(victim !== undefined, 'a street')
  const watts = drawn(victim)
  // It is away, or whoever carries keeps back what it says: the others are to be summed without it.
  await victim.running.close()
  await sendReadings()
  await seen(({ status }) => status.answered, others.length)
  await closeRound()
  await eventually(() => others.every((each) => refusalsOf(each).length === 1))
  expect(others.flatMap(refusalsOf)).toEqual(others.map(() => 'DifferenceTooSmall'))
  await clock.advance(25_000)
  const after = await shown()
  expect(after.powers).toHaveLength(3)
  expect(after.status.problem).toMatchObject({
    reason: 'UnmaskingMissing',
    words: expect.stringContaining('refuse a sum that would tell of too few homes') as string,
  })

  Object.assign(sumRules, curious)
  await sendReadings()
  await seen(({ status }) => status.answered, others.length)
  await closeRound()
  await seen(({ powers }) => powers.length, 4)
  const [whole, without] = (await shown()).powers.slice(-2)
  expect((whole?.watts ?? 0) - (without?.watts ?? 0)).toBe(watts)
})
