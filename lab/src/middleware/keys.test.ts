import { setTimeout as pause } from 'node:timers/promises'
import type { Topic } from '@interlock/contract'
import { openSealedCapacity, type CapacityHearer } from '@interlock/csms'
import { nodeCrypto as crypto, openJournal, systemClock, temporaryDir } from '@interlock/host'
import { verifyDisclosure } from '@interlock/seal'
import {
  consumptionFollowing,
  openHalfHours,
  openProgress,
  openProofs,
  proofFiles,
  type Proof,
} from '@interlock/topics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testClock } from '@interlock/kernel/clock.fixture'
import type { Peer } from '@interlock/pki'
import { eventually } from '../smart-meter/eventually.fixture.ts'
import { openSayer, seenBy, startOperator } from './home-and-operator.fixture.ts'
import { listen, topicOf } from './listen.fixture.ts'
import { openMiddleware, type Middleware } from './middleware.ts'
import { pushedClock } from './pushed-clock.fixture.ts'

const clock = testClock(systemClock.now())
const wall = pushedClock(clock)
const dir = temporaryDir('interlock-middleware')
let middleware: Middleware
beforeAll(async () => {
  middleware = await openMiddleware({ dir, clock, wall })
})
afterAll(() => middleware.close())

test('a withdrawn consent ends reading within an epoch, while the middleware still brings it all', async () => {
  const { authority, grant, enter } = middleware
  const [csms, supplier, dso] = (['csms', 'supplier', 'dso'] as const).map((role) =>
    authority.certify(role, `${role}-home`),
  )
  if (csms === undefined || supplier === undefined || dso === undefined) throw new Error('parties')
  const station = authority.certify('station', 'STATION-1').peer.eui
  const home = topicOf('consumption', station)
  await grant(csms, 'publish', { kind: 'consumption', id: home.id })
  // The way is open to both readers, for good; the keys are another matter.
  for (const reader of [supplier, dso]) await grant(reader, 'read', { kind: 'consumption' })
  const owner = await middleware.owner(station)
  const [author, reader, other] = [await enter(csms), await enter(supplier), await enter(dso)]
  // Another operator, which has homes on the same feeder, is given no key of this one.
  const rival = authority.certify('csms', 'rival-home')
  await grant(rival, 'publish', { kind: 'consumption', feeder: home.feeder, id: 'its-own' })
  const stranger = await enter(rival)
  expect(await stranger.exchange.join(home)).toMatchObject({ reason: 'JoinNoGround' })
  // The attack that this refuses: granted the home as well, it is one of its authors, and has the key.
  const home2 = topicOf('consumption', 'another-home')
  await grant(rival, 'publish', { kind: 'consumption', id: home2.id })
  expect(await stranger.exchange.join(home2)).toMatchObject({ ok: true })
  expect(await stranger.exchange.leave(home2)).toMatchObject({ ok: true })
  expect(await reader.exchange.join(home)).toMatchObject({ reason: 'JoinNoGround' })
  expect(await owner.say(supplier.peer.organisation, 'halfHourly', true)).toBe(204)
  expect(await owner.say(dso.peer.organisation, 'halfHourly', true)).toBe(204)
  for (const { exchange } of [author, reader, other])
    expect(await exchange.join(home)).toMatchObject({ ok: true })
  const takenByOther = listen(other, 'consumption')
  // As the supplier's program reads and keeps it.
  const bills = openHalfHours(openJournal(`${dir}/supplier-home.journal`), { days: 62, clock })
  const known = () => bills.of(station).map(({ wattHours }) => wattHours)
  const hears = (of: Peer): boolean => of.organisation === csms.peer.organisation
  const files = proofFiles(dir, openJournal)
  const provable = files.journal
  const proofs = openProofs(files, { days: 62, clock })
  const kept = { halfHours: bills, proofs }
  const { name: _, ...following } = consumptionFollowing(hears, kept)
  reader.exchange.read({ ...following, progress: openProgress() })
  const say = (wattHours: number, halfHoursAgo: number) =>
    author.exchange.publish(home, {
      from: clock.now() - halfHoursAgo * 1_800_000,
      wattHours: [wattHours],
    })
  await eventually(async () => (await say(1, 2)).ok)
  await eventually(() => known().length === 1 && takenByOther.length === 1)
  expect(known()).toEqual([1])

  const withdrawnAt = clock.now()
  const members = async () =>
    (await middleware.groups()).find(({ topic }) => topic.endsWith(station))?.members
  expect(await members()).toBe(3)
  expect(await owner.say(supplier.peer.organisation, 'halfHourly', false)).toBe(204)
  // At once, and not at the next renewal.
  expect(await members()).toBe(2)
  await clock.advance(60_000)
  expect(clock.now() - withdrawnAt).toBe(60_000)
  await eventually(async () => (await say(2, 1)).ok)
  await eventually(() => takenByOther.length === 2)
  // It was brought, and cannot be read.
  await eventually(() => reader.findings.some(({ reason }) => reason === 'SealEpochUnknown'))
  expect(known()).toEqual([1])
  // What it was brought it can show to a third party, by the author's certificate alone.
  const [proof, ...more] = provable.entries() as readonly Proof[]
  expect(more).toEqual([])
  const authorOf = (thumbprint: string): Peer | undefined =>
    thumbprint === csms.peer.thumbprint ? csms.peer : undefined
  expect(proof && verifyDisclosure(proof.disclosure, authorOf, crypto)).toMatchObject({
    ok: true,
    value: { head: { author: csms.peer.eui }, payload: { wattHours: [1] } },
  })
  proofs.close()
  bills.close()
  expect(await reader.exchange.join(home)).toMatchObject({ reason: 'JoinNoGround' })
  expect(other.findings).toEqual([])
})

test('PF17: who may have days has no half-hours or months, and no day from a minute after the withdrawal on', async () => {
  const { authority, grant, enter } = middleware
  const [csms, supplier] = [
    authority.certify('csms', 'csms-d'),
    authority.certify('supplier', 'supplier-d'),
  ]
  const { eui: station } = authority.certify('station', 'STATION-D').peer
  const kinds = ['consumption', 'dailyConsumption', 'monthlyConsumption'] as const
  for (const kind of kinds) {
    await grant(csms, 'publish', { kind, id: station })
    await grant(supplier, 'read', { kind })
  }
  const owner = await middleware.owner(station)
  const [author, reader] = [await enter(csms), await enter(supplier)]
  expect(await owner.say(supplier.peer.organisation, 'daily', true)).toBe(204)
  const joined = await Promise.all(
    kinds.map((kind) => reader.exchange.join(topicOf(kind, station))),
  )
  expect(joined.map(({ ok }) => ok)).toEqual([false, true, false])
  const taken = listen(reader, 'dailyConsumption', ({ id }) => id === station)
  const total = { from: 0, until: 86_400_000, wattHours: 7_000 }
  const say = (kind: Topic['kind'] = 'dailyConsumption') =>
    author.exchange.publish(topicOf(kind, station), total)
  expect(await say()).toMatchObject({ ok: true })
  expect(await say('monthlyConsumption')).toMatchObject({ reason: 'SealNotForUs' })
  await eventually(() => taken.length === 1)
  expect(taken[0]?.payload).toEqual(total)

  expect(await owner.say(supplier.peer.organisation, 'daily', false)).toBe(204)
  await clock.advance(60_000)
  expect(await say()).toMatchObject({ reason: 'SealNotForUs' })
  expect(taken).toHaveLength(1)
})

test('a contract that is revoked ends it as well; of another contract, or a role that may not, none joins', async () => {
  const { authority, grant, revoke, enter } = middleware
  const [csms, dso] = [authority.certify('csms', 'csms-2'), authority.certify('dso', 'dso-2')]
  const [rival, emsp] = [authority.certify('csms', 'rival'), authority.certify('emsp', 'emsp')]
  const load = topicOf('load', 'two')
  await grant(csms, 'publish', { kind: 'load', id: 'two' })
  await grant(rival, 'publish', { kind: 'load', id: 'three' })
  await grant(dso, 'read', { kind: 'load', id: 'two' })
  const [author, reader] = [await enter(csms), await enter(dso)]
  const [stranger, outsider] = [await enter(rival), await enter(emsp)]
  expect(await stranger.exchange.join(load)).toMatchObject({ reason: 'JoinNoGround' })
  expect(await outsider.exchange.join(load)).toMatchObject({ reason: 'JoinForbidden' })
  for (const { exchange } of [author, reader])
    expect(await exchange.join(load)).toMatchObject({ ok: true })
  const groups = async () => (await middleware.groups()).find(({ topic }) => topic.endsWith('/two'))
  expect(await groups()).toMatchObject({ members: 2 })
  await revoke(dso, 'read', { kind: 'load', id: 'two' }, [middleware.keyOrigin])
  await eventually(async () => (await groups())?.members === 1)
  expect(await reader.exchange.join(load)).toMatchObject({ reason: 'JoinNoGround' })
})

test('who comes back opens what it was given keys of, whatever came since; who joins late, nothing of before', async () => {
  const { authority, grant, enter } = middleware
  const [csms, dso] = [authority.certify('csms', 'csms-5'), authority.certify('dso', 'dso-5')]
  const late = authority.certify('dso', 'dso-6')
  const load = topicOf('load', 'replayed')
  const isIt = ({ id }: Topic): boolean => id === load.id
  await grant(csms, 'publish', { kind: 'load', id: load.id })
  for (const reader of [dso, late]) await grant(reader, 'read', { kind: 'load', id: load.id })
  const [author, before, joiner] = [await enter(csms), await enter(dso), await enter(late)]
  for (const { exchange } of [before, author]) await exchange.join(load)
  let said = 0
  const say = async () => {
    const payload = { at: clock.now(), watts: 1, chargers: 1 }
    const { ok } = await author.exchange.publish(load, payload)
    if (ok) said++
    return ok
  }
  await eventually(say)
  await before.exchange.close()
  // The epoch ends while the reader is away.
  expect(await joiner.exchange.join(load)).toMatchObject({ ok: true })
  const takenByJoiner = listen(joiner, 'load', isIt)
  await eventually(async () => {
    await say()
    return takenByJoiner.length > 0
  })
  const back = await enter(dso)
  expect(await back.exchange.join(load)).toMatchObject({ ok: true })
  const taken = listen(back, 'load', isIt)
  await eventually(() => taken.length === said)
  const epochs = taken.map(({ head }) => head.epoch ?? 0)
  expect(taken.map(({ head }) => head.seq)).toEqual(epochs.map((_, i) => i + 1))
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)]
  expect(first).toBeLessThan(last)
  await eventually(() => takenByJoiner.length === epochs.filter((epoch) => epoch === last).length)
  expect(takenByJoiner.every(({ head }) => head.epoch === last)).toBe(true)
  expect(back.findings).toEqual([])
  expect(new Set(joiner.findings.map(({ reason }) => reason))).toEqual(
    new Set(['SealEpochUnknown']),
  )
})

test('after a restart of the key server epochs go on, and who was in is in', async () => {
  const { authority, grant, enter, restartKeys } = middleware
  const [csms, dso] = [authority.certify('csms', 'csms-3'), authority.certify('dso', 'dso-3')]
  const load = topicOf('load', 'restarted')
  await grant(csms, 'publish', { kind: 'load', id: 'restarted' })
  await grant(dso, 'read', { kind: 'load', id: 'restarted' })
  const [author, reader] = [await enter(csms), await enter(dso)]
  for (const { exchange } of [author, reader]) await exchange.join(load)
  const taken = listen(reader, 'load')
  const say = () => author.exchange.publish(load, { at: clock.now(), watts: 1, chargers: 1 })
  await eventually(async () => (await say()).ok)
  await eventually(() => taken.length > 0)
  const before = taken[0]?.head.epoch ?? 0
  await restartKeys()
  await eventually(async () => {
    await say()
    return taken.some(({ head }) => (head.epoch ?? 0) > before)
  })
  expect(before).toBeGreaterThan(0)
  expect(reader.findings).toEqual([])
  // What the key server has written down tells a reader that starts anew when the first of them ended.
  const anew = await enter(dso)
  expect(await anew.exchange.join(load)).toMatchObject({ ok: true })
  const all = listen(anew, 'load', ({ id }) => id === load.id)
  await eventually(() => all.length >= taken.length)
  expect(all[0]?.head).toMatchObject({ seq: 1, epoch: before })
  expect(anew.findings).toEqual([])
})

test('what chargers draw reaches the operator, sessions the provider, and a CSMS its own allotment alone', async () => {
  const { authority, grant, enter } = middleware
  const [csms, dso] = [authority.certify('csms', 'csms-8'), authority.certify('dso', 'dso-8')]
  const emsp = authority.certify('emsp', 'emsp-8')
  const { organisation } = csms.peer
  await grant(csms, 'publish', { kind: 'load', id: organisation })
  await grant(dso, 'read', { kind: 'load', id: organisation })
  await grant(emsp, 'read', { kind: 'session' })
  const rival = authority.certify('csms', 'rival-8')
  await grant(dso, 'publish', { kind: 'capacity' })
  for (const each of [csms, rival]) await grant(each, 'read', { kind: 'capacity' })
  const options = { dir, clock, wall, middleware }
  const operator = await startOperator(options, 'dso-8', { provider: 'csms-8' })
  const capacity = openSealedCapacity(openJournal(`${dir}/csms-8-capacity.journal`), clock.now())
  const allotted = () => capacity.wattsAt('f1', clock.now())
  const book: CapacityHearer = {
    groups: [
      {
        group: 'f1',
        feeder: 'f1',
        contractedWatts: 50_000,
        reported: true,
        operator: 'dso-8',
        organisation: dso.peer.organisation,
      },
    ],
    hear: (group, said) => void capacity.take(group, said),
  }
  const sayer = openSayer(options, 'csms-8', csms, [7_000, 0, 3_000, 0, 0, 0, 0], book)
  const seen = seenBy(options, 'dso-8', dso, operator.port)
  const [station] = sayer.stations
  if (station === undefined) throw new Error('no station')
  await grant(csms, 'publish', { kind: 'session', id: station.eui })
  const provider = await enter(emsp)
  await provider.exchange.join(topicOf('session', station.eui))
  const taken = listen(provider, 'session')
  const session = {
    transaction: 'T1',
    evse: 1,
    state: 'ended',
    at: clock.now(),
    wattHours: 9,
  } as const
  sayer.tellSession(station.id, session)
  await eventually(() => taken.length === 1)
  expect(taken[0]).toMatchObject({ payload: session, author: { organisation } })
  await eventually(async () => {
    // Twice a minute; leases pass meanwhile, and are to be heard.
    await clock.advance(5_000)
    await pause(20)
    return (await seen.feeder()).loads.length > 0 && allotted() !== undefined
  })
  // 100 kW less the 20 kW of the homes, up to what is contracted for.
  expect(allotted()).toBe(50_000)
  expect(capacity.standing('f1', clock.now())).toMatchObject({ silent: false })
  // The grant is for all of them, and still nobody else has the key of what this one is allotted.
  const stranger = await enter(rival)
  const theirs = topicOf('capacity', organisation)
  expect(await stranger.exchange.join(theirs)).toMatchObject({ reason: 'JoinNoGround' })
  expect((await seen.feeder()).loads).toMatchObject([
    { provider: 'csms-8', watts: 10_000, chargers: 7 },
  ])
  await seen.close()
  await sayer.close()
  capacity.close()
  await operator.close()
})
