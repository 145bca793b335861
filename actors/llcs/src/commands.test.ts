import { systemPorts } from '@interlock/host'
import { Fault, inHours, inMinutes, plus, toBase64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { armFrom } from './fixture/hub.fixture.ts'
import {
  crypto,
  dsrsp,
  folderOf,
  owner,
  station as chargerEui,
  supplier,
} from './fixture/parties.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

test('an arm of the owner is held, passed to the charger and answered with a signature', async () => {
  const { hub, llcs, station } = await scene()
  const arm = armFrom(start)
  expect(await hub.deliver(arm.bytes)).toMatchObject({ useCase: 'ECS47a', result: 'success' })
  expect(station.of('arm')).toEqual([{ kind: 'arm', preCommand: toBase64(arm.bytes) }])
  expect(llcs.arms()).toMatchObject([{ digest: arm.digest, use: 'onDemand' }])
})

test('a pre-authorisation of the provider is held and passed on too', async () => {
  const { hub, llcs } = await scene()
  const arm = armFrom(start, { use: 'ECS47e' })
  expect(await hub.deliver(arm.bytes)).toMatchObject({ result: 'success' })
  expect(llcs.arms()).toMatchObject([{ use: 'response' }])
})

test('neither the data company nor an originator can arm alone', async () => {
  const { hub, llcs, station } = await scene()
  const stranger = crypto.generateKey().key
  const withoutMac = armFrom(start).bytes
  expect(await hub.raw(withoutMac)).toHaveLength(0)
  expect(await hub.deliver(armFrom(start).bytes, stranger)).toBeUndefined()
  expect(await hub.deliver(armFrom(start, { key: stranger }).bytes)).toBeUndefined()
  expect(await hub.deliver(armFrom(start, { use: 'ECS47e', key: owner.key }).bytes)).toBeUndefined()
  const asOwner = armFrom(start, { originator: dsrsp.peer.organisation, key: dsrsp.key })
  expect(await hub.deliver(asOwner.bytes)).toBeUndefined()
  expect(await hub.deliver(armFrom(start, { target: chargerEui }).bytes)).toBeUndefined()
  expect(station.of('arm')).toEqual([])
  expect(llcs.arms()).toEqual([])
})

test("the supplier's last word about a load is the one that is held, and nobody else's", async () => {
  const { hub, llcs, station } = await scene()
  const on = armFrom(start, { use: 'ActivateLoad' })
  expect(await hub.deliver(armFrom(start, { use: 'ActivateLoad', key: dsrsp.key }).bytes)).toBe(
    undefined,
  )
  expect(await hub.deliver(on.bytes)).toMatchObject({ useCase: 'ActivateLoad', result: 'success' })
  expect(llcs.arms()).toMatchObject([{ digest: on.digest, use: 'supplied', evse: 1 }])
  const off = armFrom(start, { use: 'DeactivateLoad' })
  expect(await hub.deliver(off.bytes)).toMatchObject({ result: 'success' })
  expect(llcs.arms()).toMatchObject([{ digest: off.digest, levelPercent: 0 }])
  expect(station.of('arm')).toHaveLength(2)
  await station.tell({ kind: 'used', digest: off.digest, change: 'change' })
  await hub.deliver(armFrom(start, { use: 'ActivateLoad' }).bytes)
  expect(llcs.arms()).toHaveLength(2)
})

test('a counter is good once, also after a loss of power', async () => {
  const to = await scene()
  const arm = armFrom(start)
  await to.hub.deliver(arm.bytes)
  expect(await to.hub.deliver(arm.bytes)).toBeUndefined()
  await to.restart()
  expect(await to.hub.deliver(arm.bytes)).toBeUndefined()
  expect(to.llcs.arms()).toHaveLength(1)
  expect(to.station.of('arm')).toHaveLength(1)
})

test('a counter that cannot be kept: nothing is done, and the charger hears of nothing', async () => {
  let refused = 0
  const openJournal: typeof systemPorts.openJournal = (path) => {
    const journal = systemPorts.openJournal(path)
    return {
      ...journal,
      append(entry) {
        if ('counters' in (entry as object)) {
          refused += 1
          throw new Fault('DiskFull', path)
        }
        journal.append(entry)
      },
    }
  }
  const { hub, llcs, station } = await scene({}, { openJournal })
  const unanswered = hub.deliver(armFrom(start).bytes).catch(() => undefined)
  await until(() => refused > 0, 'the write')
  expect(station.of('arm')).toEqual([])
  expect(llcs.arms()).toEqual([])
  await llcs.close()
  expect(await unanswered).toBeUndefined()
})

test('in a home without a provider nobody pre-authorises, the supplier neither', async () => {
  const anchors = { broker: `${folderOf('dcc')}/chain.pem` }
  const { hub, llcs } = await scene({ anchors })
  const supplied = { originator: supplier.peer.organisation, key: supplier.key }
  for (const change of [{}, supplied])
    expect(await hub.deliver(armFrom(start, { use: 'ECS47e', ...change }).bytes)).toBeUndefined()
  expect(await hub.deliver(armFrom(start, { use: 'ActivateLoad' }).bytes)).toMatchObject({
    result: 'success',
  })
  expect(llcs.arms()).toMatchObject([{ use: 'supplied' }])
})

test('an arm whose window is over, or for another controller, is answered and not held', async () => {
  const { hub, llcs } = await scene()
  const over = armFrom(start, { from: plus(start, inHours(-2)), until: start })
  expect(await hub.deliver(over.bytes)).toMatchObject({ result: 'otherReason' })
  const another = armFrom(start, { controller: 2 })
  expect(await hub.deliver(another.bytes)).toMatchObject({ result: 'objectUndefined' })
  expect(llcs.arms()).toEqual([])
})

test('an arm that the charger will not have is not held', async () => {
  const { hub, llcs, station } = await scene()
  station.answer = () => 'ArmInvalid'
  expect(await hub.deliver(armFrom(start).bytes)).toMatchObject({ result: 'readWriteDenied' })
  expect(llcs.arms()).toEqual([])
})

test('a charger that was away is told when it comes back', async () => {
  const to = await scene()
  to.station.close()
  await until(() => !to.llcs.connected().station, 'the absence')
  expect(await to.hub.deliver(armFrom(start).bytes)).toMatchObject({ result: 'success' })
  await to.restart()
  expect(to.station.of('arm')).toHaveLength(1)
})

test('an arm ends with its window', async () => {
  const { clock, hub, llcs } = await scene()
  await hub.deliver(armFrom(start, { until: plus(start, inMinutes(10)) }).bytes)
  await clock.advance(inMinutes(10))
  expect(llcs.arms()).toEqual([])
})

test('the data company is told once when the load moves under an arm, and when it moves back', async () => {
  const { hub, station } = await scene()
  const arm = armFrom(start)
  await hub.deliver(arm.bytes)
  const used = { kind: 'used', digest: arm.digest, change: 'change' } as const
  await station.tell(used)
  await station.tell(used)
  await station.tell({ ...used, change: 'return' })
  expect(hub.alerts).toMatchObject([
    { code: 'ECS101', counter: 1n, about: { party: owner.eui } },
    { code: 'ECS102', counter: 2n },
  ])
})

test('an alert that cannot be passed on is kept, also through a loss of power', async () => {
  const to = await scene()
  const arm = armFrom(start)
  await to.hub.deliver(arm.bytes)
  to.hub.takes = false
  await to.station.tell({ kind: 'used', digest: arm.digest, change: 'change' })
  expect(to.hub.alerts).toEqual([])
  to.hub.takes = true
  await to.restart()
  await until(() => to.hub.alerts.length === 1, 'the alert')
})

test('an owner whose key was revoked at the charger cannot arm', async () => {
  const { hub, station } = await scene()
  await station.tell({ kind: 'ownerKeys', keys: [] })
  expect(await hub.deliver(armFrom(start).bytes)).toBeUndefined()
})
