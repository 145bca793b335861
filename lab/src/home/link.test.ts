import { vendorId } from '@interlock/contract'
import { nodeCrypto } from '@interlock/host'
import { assert, inHours, inMinutes, plus, toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { armFor, home, night } from './home.fixture.ts'
import { csms, dsrsp, nextDsrsp } from './parties.ts'
import { signWords } from '../model/words.ts'

type Refusable = { status?: string; statusInfo?: { reasonCode?: string } }
const idToken = { idToken: 'owner', type: 'Central' }
const car = { energyWattHours: 40_000, vehicleWattsMax: 7_000 }

test('an arm through the LLCS and a trigger through the CSMS meet at the charger', async () => {
  const { world, station, llcs, alerts, step, command, deliver, enrolOwner } = await home()
  expect([station.connected(), llcs.connected()]).toEqual([
    { csms: true, llcs: true },
    { hub: true, station: true },
  ])
  await enrolOwner()
  station.hardware.plugIn(car)
  station.hardware.press('stop')
  expect(station.observe().powerWatts).toBe(0)
  station.hardware.unplug()
  station.hardware.plugIn(car)
  const arm = armFor(world.now(), 'ECS47a', 1)
  await deliver(arm.bytes)
  const payload = { evseId: 1, remoteStartId: 1, idToken }
  const answer = await command('RequestStartTransaction', payload, csms, arm.digest)
  expect(answer).toMatchObject({ status: 'Accepted' })
  await world.quiet()
  expect(station.observe()).toMatchObject({ powerWatts: 7_000, why: 'OverrideCharge' })
  expect(alerts).toHaveLength(1)
  await step(inHours(2))
  expect(station.observe().override).toBeUndefined()
})

test('a trigger that waits for its arm does not hold the world still', async () => {
  const { world, station, step, command, enrolOwner } = await home()
  await enrolOwner()
  station.hardware.plugIn(car)
  const { digest } = armFor(world.now(), 'ECS47a', 1)
  const payload = { evseId: 1, remoteStartId: 1, idToken }
  const answer = command('RequestStartTransaction', payload, csms, digest)
  await world.quiet()
  await step(inMinutes(1))
  expect(await answer).toMatchObject({ statusInfo: { reasonCode: 'NotArmed' } })
  const refused = station.decisions().find((each) => each.reason === 'NotArmed')
  expect(refused?.at).toBe(night + 5_000)
})

test('a falling frequency lowers the load before the sample’s promise resolves, it comes back, and another provider takes over', async () => {
  const { world, station, llcs, step, command, deliver, bring } = await home()
  station.hardware.plugIn(car)
  await step(inMinutes(10))
  expect(station.observe().powerWatts).toBe(7_000)
  const at = world.now()
  const data = {
    evse: 1,
    direction: 'import',
    points: [
      { hertz: 49.5, percent: 0 },
      { hertz: 49.8, percent: 100 },
    ],
    deadbandHertz: 0.2,
    from: toIso(at),
    until: toIso(plus(at, inHours(6))),
    durationMillisMax: 1_800_000,
  }
  const curve = { vendorId, messageId: 'FrequencyCurve', data }
  expect(await command('DataTransfer', curve, dsrsp)).toEqual({ status: 'Accepted' })
  await deliver(armFor(at, 'ECS47e', 6).bytes)

  const sample = async (hertz: number): Promise<void> => {
    const reading = { at: world.now(), hertz }
    await station.hardware.frequency(reading)
    await llcs.hardware.frequency(reading)
  }
  for (const hertz of [50, 49.85, 49.7, 49.55]) {
    await sample(hertz)
    await step(1_000)
  }
  expect(llcs.supervision()).toBe('armed')
  expect(station.observe()).toMatchObject({ setPointWatts: 1_233, why: 'Response' })
  for (let second = 0; second < 70; second++) {
    await sample(49.98)
    await step(1_000)
  }
  expect(llcs.supervision()).toBe('ready')
  await step(inMinutes(10))
  expect(station.observe().powerWatts).toBe(7_000)
  const last = station.decisions().at(-1)
  expect(last).toMatchObject({ action: 'SetPoint', decision: 'applied', reason: 'Restored' })
  expect(last?.delaySeconds).toBeGreaterThan(0)

  // Another provider: hub, LLCS and cable carry the supplier's word, the CSMS the supervisor's; one alone changes nothing.
  const curveBy = async (by: typeof dsrsp) => {
    const from = world.now()
    const until = toIso(plus(from, inHours(1)))
    const again = { ...curve, data: { ...data, from: toIso(from), until } }
    const answer = (await command('DataTransfer', again, by)) as Refusable
    return answer.statusInfo?.reasonCode ?? answer.status
  }
  const words = signWords(['controller', 'provider'], world.now(), nodeCrypto)
  const [controller, provider] = [words.get('controller'), words.get('provider')]
  assert(controller?.to === 'llcs' && provider?.to === 'station', 'each to its own device')
  await deliver(controller.bytes)
  await world.quiet()
  expect([await curveBy(dsrsp), await curveBy(nextDsrsp)]).toEqual(['Accepted', 'SignerUnknown'])
  expect(await bring(provider.request)).toBeUndefined()
  expect([await curveBy(dsrsp), await curveBy(nextDsrsp)]).toEqual(['SignerUnknown', 'Accepted'])
})
