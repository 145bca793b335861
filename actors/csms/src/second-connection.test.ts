import { readFileSync } from 'node:fs'
import { UpgradeRefused, hashPassword, systemClock } from '@interlock/host'
import { Fault, stationId } from '@interlock/kernel'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { testClock } from '@interlock/kernel/clock.fixture'
import { relayTo, type Relay } from './fixture/relay.fixture.ts'
import { testStation, type TestStation } from './fixture/station.fixture.ts'
import { csmsWorld, stationConfig, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
const wall = testClock(systemClock.now())
const open: TestStation[] = []
const relays: Relay[] = []
const right = 'a-password-of-a-station'
const ids = Array.from({ length: 9 }, (_, at) => `CS-${at + 1}`)

beforeAll(async () => {
  world = await csmsWorld('second-connection')
  const passwordHash = await hashPassword(right)
  const standard = { trustMode: 'standard', passwordHash } as const
  const stations = ids.map((id) => ({ ...stationConfig(id), ...standard }))
  csms = await world.start(world.clock(), { stations }, wall)
})
afterEach(async () => {
  for (const station of open.splice(0)) station.endpoint.close()
  for (const relay of relays.splice(0)) await relay.close()
})
afterAll(async () => {
  await csms.close()
  await world.close()
})

const relay = async (port: number, delayMillis?: number): Promise<Relay> => {
  const made = await relayTo(port, delayMillis)
  relays.push(made)
  return made
}
const certified = async (id: string, port = csms.ocppPorts.profile3): Promise<TestStation> => {
  const station = await testStation(world.identities, { port, id, identity: world.identityOf(id) })
  open.push(station)
  return station
}
const plainly = async (
  id: string,
  port = csms.ocppPorts.profile2,
  password = right,
): Promise<TestStation> => {
  const basic = { user: id, password }
  const station = await testStation(world.identities, { port, id, basic })
  open.push(station)
  return station
}
const outcome = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'connected',
    (cause: unknown) => (cause instanceof UpgradeRefused ? cause.status : cause),
  )
const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make))
const tally = (answers: readonly unknown[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const each of answers) counts[String(each)] = (counts[String(each)] ?? 0) + 1
  return counts
}
const isServed = async ({ endpoint }: TestStation): Promise<boolean> =>
  (await endpoint.call('Heartbeat', {})).currentTime !== ''
const recorded = (kind: string, id: string): unknown[] =>
  trail(kind).filter(({ station }) => station === id)
const trail = (kind: string): Record<string, unknown>[] =>
  readFileSync(`${world.dir}/csms/audit.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; data: Record<string, unknown> })
    .filter((each) => each.kind === kind)
    .map(({ data }) => data)

test('a station that is slow to answer a call keeps its session, and the other is on the record', async () => {
  const first = await certified('CS-1')
  first.endpoint.handle('TriggerMessage', () => new Promise(() => {}))
  const waiting = csms.sessions
    .get(stationId('CS-1'))
    ?.call('TriggerMessage', { requestedMessage: 'Heartbeat' })
    .catch((cause: unknown) => cause)
  expect(await outcome(certified('CS-1'))).toBe(429)
  expect(await isServed(first)).toBe(true)
  expect(recorded('SecondConnection', 'CS-1')).toEqual([{ station: 'CS-1', profile: 3 }])
  first.endpoint.close()
  expect(await waiting).toMatchObject({ code: 'Closed' })
})

test('of forty that come at once over a slow network none gets in, and few are looked at', async () => {
  const slow = await relay(csms.ocppPorts.profile2, 75)
  const first = await plainly('CS-2', slow.port)
  expect(tally(await times(40, () => outcome(plainly('CS-2', slow.port))))).toEqual({ 429: 40 })
  expect(await isServed(first)).toBe(true)
  expect(recorded('SecondConnection', 'CS-2')).toHaveLength(10)
})

test('of several that come at once while there is none, one stays', async () => {
  await times(8, () => outcome(plainly('CS-3')))
  const ours = open.filter(({ socket }) => socket.id === 'CS-3')
  const served = await Promise.all(ours.map((each) => isServed(each).catch(() => false)))
  expect(served.filter(Boolean)).toHaveLength(1)
})

test('a connection that is dead gives way, which is on the record', async () => {
  const network = await relay(csms.ocppPorts.profile3)
  await certified('CS-4', network.port)
  network.goDead()
  expect(await isServed(await certified('CS-4'))).toBe(true)
  const data = { station: 'CS-4', profile: 3, reason: 'DoesNotAnswer' }
  expect(recorded('ConnectionReplaced', 'CS-4')).toEqual([data])
  expect(csms.sessions.has(stationId('CS-4'))).toBe(true)
})

test('of several that find it dead, one takes its place', async () => {
  const network = await relay(csms.ocppPorts.profile3)
  await certified('CS-5', network.port)
  network.goDead()
  const answers = await times(5, () => outcome(certified('CS-5')))
  expect(answers).toContain('connected')
  const later = open.slice(1)
  const served = await Promise.all(later.map((each) => isServed(each).catch(() => false)))
  expect(served.filter(Boolean)).toHaveLength(1)
  expect(recorded('ConnectionReplaced', 'CS-5')).toHaveLength(1)
})

test('a station whose connection was reset is back at once', async () => {
  const network = await relay(csms.ocppPorts.profile3)
  const first = await certified('CS-6', network.port)
  network.abort()
  await first.endpoint.closed
  expect(await isServed(await certified('CS-6'))).toBe(true)
})

test('a certificate takes the place of a password, which is on the record', async () => {
  const first = await plainly('CS-7')
  const closed = new Promise((resolve) => first.socket.onClose(resolve))
  expect(await isServed(await certified('CS-7'))).toBe(true)
  expect(await closed).toBe(1001)
  const data = { station: 'CS-7', profile: 2, reason: 'HigherProfile' }
  expect(recorded('ConnectionReplaced', 'CS-7')).toEqual([data])
})

test('of forty wrong passwords at once ten are tried', async () => {
  // On a busy machine a handshake may take too long: who did not come to the door guesses then.
  const guess = async (): Promise<unknown> => {
    const said = await outcome(plainly('CS-8', csms.ocppPorts.profile2, 'a-guessed-password'))
    return said instanceof Fault && said.code === 'PeerUnavailable' ? guess() : said
  }
  expect(tally(await times(40, guess))).toEqual({ 401: 10, 429: 30 })
})

test('whoever is refused all the time locks out no neighbour at the same address', async () => {
  let at = 0
  const stranger = () => outcome(plainly(`XX-${(at += 1)}`))
  await wall.advance(60_000)
  const before = trail('ConnectionsRefused').length
  const answers: unknown[] = []
  // Thirty at a time: what is under test is how many they are, not how fast this machine shakes hands.
  for (let round = 0; round < 7; round += 1) answers.push(...(await times(30, stranger)))
  expect(tally(answers)).toEqual({ 404: 210 })
  expect(await isServed(await plainly('CS-9'))).toBe(true)
  // Nor does the noise hide whoever has a copy of a password.
  expect(await outcome(plainly('CS-9'))).toBe(429)
  expect(recorded('SecondConnection', 'CS-9')).toHaveLength(1)
  // What was not told one by one is told together.
  await wall.advance(60_000)
  const told = trail('ConnectionRefused').filter(({ id }) => String(id).startsWith('XX-')).length
  expect(told).toBeLessThan(210)
  const count = 210 - told
  expect(trail('ConnectionsRefused').slice(before)).toEqual([
    { profile: 2, count, reasons: { UnknownIdentity: count } },
  ])
})
