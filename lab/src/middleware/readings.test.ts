import type { Topic } from '@interlock/contract'
import { journalEntries, nodeCrypto as crypto, systemClock, temporaryDir } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import type { Peer } from '@interlock/pki'
import { verifyDisclosure } from '@interlock/seal'
import type { Proof, Received } from '@interlock/topics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../smart-meter/eventually.fixture.ts'
import { seenBy, startHome, startOperator } from './home-and-operator.fixture.ts'
import { listen, topicOf } from './listen.fixture.ts'
import { openMiddleware, type Middleware, type Party } from './middleware.ts'
import { pushedClock } from './pushed-clock.fixture.ts'

const clock = testClock(systemClock.now())
const wall = pushedClock(clock)
const dir = temporaryDir('interlock-readings')
let middleware: Middleware

beforeAll(async () => {
  middleware = await openMiddleware({ dir, clock, wall })
})
afterAll(() => middleware.close())

test('what a card charged is for its provider alone, half-hours for whom the owner lets read them', async () => {
  const { authority, grant, enter } = middleware
  const station = authority.certify('station', 'STATION-9')
  const [emsp, dso] = [authority.certify('emsp', 'emsp-4'), authority.certify('dso', 'dso-4')]
  const rival = authority.certify('emsp', 'emsp-5')
  const ofCards = topicOf('reading', `${station.peer.eui}.${emsp.peer.organisation}`)
  const halfHours = topicOf('halfHour', station.peer.eui)
  for (const { kind } of [ofCards, halfHours]) {
    await grant(station, 'publish', { kind })
    for (const reader of [emsp, dso, rival]) await grant(reader, 'read', { kind })
  }
  const author = await enter(station)
  const parties = { emsp: await enter(emsp), dso: await enter(dso), rival: await enter(rival) }
  const joins = async ({ exchange }: Party) => [
    await exchange.join(ofCards),
    await exchange.join(halfHours),
  ]
  const [record, halfHour] = [
    { transaction: 'T1', record: 'OCMF|{"ID":"04A1"}|{}' },
    { record: 'OCMF|{}|{}' },
  ]
  expect(await author.exchange.publish(ofCards, record)).toMatchObject({ reason: 'SealNotForUs' })
  expect(await joins(parties.emsp)).toMatchObject([{ ok: true }, { reason: 'JoinForbidden' }])
  // It has the same contract as the other, and so would read every card's charge if the topic named nobody.
  expect(await joins(parties.rival)).toMatchObject([
    { reason: 'JoinNoGround' },
    { reason: 'JoinForbidden' },
  ])
  // A home's half-hours are its owner's to give, whatever the contract says.
  const forDso = [{ reason: 'JoinForbidden' }, { reason: 'JoinNoGround' }]
  expect(await joins(parties.dso)).toMatchObject(forDso)
  const owner = await middleware.owner(station.peer.eui)
  expect(await owner.say(dso.peer.organisation, 'halfHourly', true)).toBe(204)
  expect(await joins(parties.dso)).toMatchObject([{ reason: 'JoinForbidden' }, { ok: true }])
  const isIt = ({ id }: Topic): boolean => id.startsWith(station.peer.eui)
  const taken = {
    emsp: listen(parties.emsp, 'reading', isIt),
    rival: listen(parties.rival, 'reading', isIt),
    dso: listen(parties.dso, 'halfHour', isIt),
  }
  await clock.advance(15_000)
  expect(await author.exchange.publish(ofCards, record)).toMatchObject({ ok: true })
  expect(await author.exchange.publish(halfHours, halfHour)).toMatchObject({ ok: true })
  await eventually(() => taken.emsp.length === 1 && taken.dso.length === 1)
  expect(taken.emsp[0]).toMatchObject({ payload: record, author: { role: 'station' } })
  expect(taken.dso[0]).toMatchObject({ payload: halfHour })
  // The attack: a charger that told all of its meter's records there would tell the operator whose card it was.
  expect(await author.exchange.publish(halfHours, { record: record.record })).toMatchObject({
    ok: true,
  })
  await eventually(() => taken.dso.length === 2)
  expect(taken.dso[1]?.payload).toEqual({ record: record.record })
  expect([taken.emsp.length, taken.rival.length]).toEqual([1, 0])
  for (const { findings } of Object.values(parties)) expect(findings).toEqual([])
})

test('a charger’s half-hours reach an operator as both run, end within a minute of a withdrawn consent, and are dropped', async () => {
  const { authority, grant, enter } = middleware
  const [home, dso] = [authority.certify('station', 'HOME-1'), authority.certify('dso', 'dso-7')]
  const other = authority.certify('dso', 'dso-other')
  const halfHours = topicOf('halfHour', home.peer.eui)
  await grant(home, 'publish', { kind: 'halfHour', id: halfHours.id })
  for (const reader of [dso, other])
    await grant(reader, 'read', { kind: 'halfHour', id: halfHours.id })
  const owner = await middleware.owner(home.peer.eui)
  // Another operator reads all along, so that there is something to read all along.
  for (const { peer } of [dso, other])
    expect(await owner.say(peer.organisation, 'halfHourly', true)).toBe(204)
  const neighbour = await enter(other)
  expect(await neighbour.exchange.join(halfHours)).toMatchObject({ ok: true })
  const said = listen(neighbour, 'halfHour')
  const options = { dir, clock, wall, middleware }
  const operator = await startOperator(options, 'dso-7', { home })
  // The charger's own time goes from half-hour to half-hour; seals and leases are of the wall's.
  const halfHour = 1_800_000
  const homeClock = testClock(instant(clock.now() - (clock.now() % halfHour) - 1_000))
  const charger = await startHome({ ...options, clock: homeClock }, 'HOME-1', home)
  const seen = seenBy(options, 'dso-7', dso, operator.port)
  const kept = async () => (await seen.feeder()).homes[0]
  const recordOf = ({ payload }: Received): string => (payload as { record: string }).record
  /** One half-hour more, in which the meter signs the charge twice. */
  const measure = async (): Promise<void> => {
    const before = said.length
    await homeClock.advance(halfHour)
    await eventually(() => said.length > before)
  }
  charger.hardware.plugIn({ energyWattHours: 30_000, vehicleWattsMax: 7_000, idToken: 'CARD-1' })
  await eventually(async () => {
    await measure()
    await clock.advance(15_000)
    return (await kept())?.latest !== undefined && (await kept())?.latest !== null
  })

  // What the operator was told it can show to a third party, by the charger's certificate alone.
  const proofs = () => journalEntries(`${dir}/dso-7/proofs.journal`) as readonly Proof[]
  const chargerOf = (of: string): Peer | undefined =>
    of === home.peer.thumbprint ? home.peer : undefined
  const first = proofs()[0]
  expect(first && verifyDisclosure(first.disclosure, chargerOf, crypto)).toMatchObject({
    ok: true,
    value: { head: { author: home.peer.eui, role: 'station' } },
  })

  expect(await owner.say(dso.peer.organisation, 'halfHourly', false)).toBe(204)
  await clock.advance(60_000)
  const inTime = said.length
  for (let i = 0; i < 2; i++) await measure()
  // The middleware brings the operator everything; what was said since the minute is not for it.
  await eventually(() => seen.position() >= (said.at(-1)?.position ?? Infinity))
  const last = (await kept())?.latest?.record
  expect(said.slice(inTime).map(recordOf)).not.toContain(last)
  // Of the charge, and of whose card it was, nothing was said to anybody but half-hours of the register.
  expect(said.map(recordOf).join()).not.toContain('CARD-1')
  expect(said.every((each) => recordOf(each).includes('"PG":"F'))).toBe(true)
  // At the next review it has nothing of the home any more, nor what would prove it.
  await eventually(async () => {
    await clock.advance(20_000)
    return (await kept())?.records === 0
  })
  expect(await kept()).toMatchObject({ records: 0, latest: null })
  expect(proofs()).toEqual([])
  await seen.close()
  await charger.close()
  await operator.close()
})
