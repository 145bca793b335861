import { feederSumRules, topicName } from '@interlock/contract'
import { startDso, type DsoConfig, type DsoRunning } from '@interlock/dso'
import {
  httpClient,
  nodeCrypto as crypto,
  openJournal,
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
import { takePartInSums, type SumPart } from '@interlock/station'
import { openTopics, type Topics } from '@interlock/topics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testClock } from '../smart-meter/clock.fixture.ts'
import { eventually } from '../smart-meter/eventually.fixture.ts'
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
const stationRules = { ...feederSumRules }
/** As an operator would have them that wants to see one home. */
const curious = { ...feederSumRules, honestMin: 1, coalitionMax: 0 }

type Charger = {
  readonly identity: Identity
  readonly topics: Topics
  watts: number
  register: number
  /** Whether what it says is withheld on its way. */
  isCut: boolean
  readonly refused: string[]
  readonly part: SumPart
}
let middleware: Middleware
let dsoConfig: DsoConfig
let dso: DsoRunning
let operator: HttpClient
const chargers: Charger[] = []

async function openCharger(index: number, organisation: Eui64, dsoEui: Eui64): Promise<Charger> {
  const { authority, accessPoint, keyOrigin, keyServer } = middleware
  const identity = authority.certify('station', `CHARGER-${index}`, organisation)
  const data = `${dir}/charger-${index}`
  const topics = openTopics({
    config: { accessPoint, keys: keyOrigin, keyServer },
    identity: () => identity,
    rootPem: authority.rootPem,
    data,
    note: () => {},
    deps,
  })
  await eventually(() => topics.isOpen)
  const refused: string[] = []
  const charger: Omit<Charger, 'part'> = {
    identity,
    topics,
    watts: 1_000 + 37 * index,
    register: 50_000,
    isCut: false,
    refused,
  }
  const part = takePartInSums({
    topics: {
      follow: (following) => topics.follow(following),
      tell: (topic, payload) => topics.tell(topic, payload),
      publish: (topic, payload) =>
        charger.isCut
          ? Promise.resolve({ ok: true, value: undefined })
          : topics.publish(topic, payload),
    },
    station: identity.peer.eui,
    place,
    dso: dsoEui,
    key: crypto.ephemeralKey(),
    journal: openJournal(`${data}/rounds.journal`),
    rules: stationRules,
    meter: () => ({ watts: charger.watts, registerWattHours: charger.register }),
    onRefused: (reason) => void refused.push(reason),
    deps,
  })
  return Object.assign(charger, { part })
}

type Shown = {
  readonly status: { phase: string; answered: number; members: number; problem: string | null }
  readonly powers: readonly { at: string; watts: number; stations: number }[]
  readonly energies: readonly { from: string; wattHours: number; stations: number }[]
}
async function shown(): Promise<Shown> {
  const url = `https://127.0.0.1:${dso.port}/api/v1/feeders/f1/sums`
  const answer = await operator.request('GET', url)
  assert(answer.status === 200, `the door of the sums: ${answer.status}`)
  return answer.body as Shown
}

beforeAll(async () => {
  middleware = await openMiddleware({ dir: `${dir}/middleware`, clock })
  const { authority, grant, accessPoint, keyOrigin, keyServer } = middleware
  const own = authority.certify('dso', 'dso')
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
  const opening = Array.from({ length: count }, (_, index) =>
    openCharger(index, cso, own.peer.organisation),
  )
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
  await eventually(() => chargers.every(({ part }) => part.roster !== undefined))
  // Two half-hours begin; in between each has charged something.
  await clock.advance(inMinutes(1))
  for (const [index, each] of chargers.entries()) each.register += 500 + index
  await clock.advance(halfHour)
})
afterAll(async () => {
  await Promise.all(chargers.map(({ topics }) => topics.close()))
  for (const { part } of chargers) part.close()
  await dso.close()
  await operator.close()
  await middleware.close()
})

/** Waits until the operator sees it. */
const seen = (what: (of: Shown) => number, value: number) =>
  expect.poll(async () => what(await shown())).toBe(value)

/** Waits until the operator is a reader of what each charger is going to say. */
async function allSealToDso(): Promise<void> {
  const { authority, keyOrigin } = middleware
  const [asker] = chargers
  assert(asker !== undefined, 'a street')
  const trust = { roots: [authority.rootPem] }
  const http = httpClient({ identity: asker.identity, trust, activity: unobserved })
  for (const { identity } of chargers) {
    const topic = topicName({ ...place, kind: 'masked', id: identity.peer.eui })
    const url = `${keyOrigin}/api/v1/readers?topic=${encodeURIComponent(topic)}`
    await eventually(async () => {
      const { body } = await http.request('GET', url)
      return (body as { readers?: unknown[] }).readers?.length === 1
    })
  }
  await http.close()
}

/** Goes to the next round, where all that are not cut have sent their readings. */
async function sendReadings(): Promise<void> {
  const round = feederSumRules.roundMillis
  await clock.advance(round - (clock.now() % round) + 20_000)
}
/** The round ends, and whoever has not been heard is left out. */
const closeRound = () => clock.advance(15_000)
const sumOf = (some: readonly Charger[]) => some.reduce((sum, { watts }) => sum + watts, 0)

test('seventeen chargers and their operator sum power and half-hour over the middleware (PF15)', async () => {
  await sendReadings()
  await seen(({ powers }) => powers.length, 1)
  const { powers, energies } = await shown()
  expect(powers).toMatchObject([{ watts: sumOf(chargers), stations: count }])
  const used = chargers.reduce((sum, _, index) => sum + 500 + index, 0)
  expect(energies).toMatchObject([{ wattHours: used, stations: count }])
})

test('one that drops out takes six with it, and the sum of the others is exact', async () => {
  const [away] = chargers
  assert(away !== undefined, 'a street')
  away.isCut = true
  await sendReadings()
  await seen(({ status }) => status.answered, count - 1)
  await closeRound()
  await seen(({ powers }) => powers.length, 2)
  away.isCut = false
  const { powers } = await shown()
  // Of each cell as many are left out as hide one: the last of those that answered.
  const left = [away, ...chargers.slice(-6)]
  const present = chargers.filter((each) => !left.includes(each))
  expect(powers.at(-1)).toMatchObject({ watts: sumOf(present), stations: 10 })
  await sendReadings()
  await seen(({ powers }) => powers.length, 3)
  expect((await shown()).powers.at(-1)).toMatchObject({ watts: sumOf(chargers), stations: count })
  expect(chargers.flatMap(({ refused }) => refused)).toEqual([])
})

test('an operator with rules of its own is refused a sum that differs by one home; without the stations’ rules it sees that home', async () => {
  await dso.close()
  await expect(startDso(dsoConfig, { ...deps, sumRules: curious })).rejects.toMatchObject({
    code: 'LabOnly',
  })
  dso = await startDso({ ...dsoConfig, production: false }, { ...deps, sumRules: curious })
  const [victim] = chargers
  assert(victim !== undefined, 'a street')
  // Whoever carries withholds what one home says, so that the others are summed without it.
  victim.isCut = true
  const others = chargers.slice(1)
  await sendReadings()
  await seen(({ status }) => status.answered, others.length)
  await closeRound()
  await eventually(() => others.every(({ refused }) => refused.length === 1))
  expect(others.map(({ refused }) => refused[0])).toEqual(others.map(() => 'DifferenceTooSmall'))
  await clock.advance(25_000)
  const after = await shown()
  expect(after.powers).toHaveLength(3)
  expect(after.status.problem).toContain('UnmaskingMissing')

  Object.assign(stationRules, curious)
  await sendReadings()
  await seen(({ status }) => status.answered, others.length)
  await closeRound()
  await seen(({ powers }) => powers.length, 4)
  const [whole, without] = (await shown()).powers.slice(-2)
  expect((whole?.watts ?? 0) - (without?.watts ?? 0)).toBe(victim.watts)
})
