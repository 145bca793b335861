import { hanAnswers } from '@interlock/contract'
import { inHours, toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { armFor, home, type Home } from './home.fixture.ts'
import { csms, dsrspMeter, listOf } from './parties.ts'

/** The CSMS of these homes carries no list: whatever they know came through the other network. */
const done = Uint8Array.of(hanAnswers.done)

const schedule = async ({ world, command }: Home, limit: number) => {
  const chargingSchedule = {
    id: 1,
    startSchedule: toIso(world.now()),
    duration: 7_200,
    chargingRateUnit: 'W',
    chargingSchedulePeriod: [{ startPeriod: 0, limit }],
  }
  const chargingProfile = {
    id: 1,
    stackLevel: 1,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: [chargingSchedule],
  }
  return command('SetChargingProfile', { evseId: 1, chargingProfile }, csms)
}
const refusal = (reasonCode: string) => ({ status: 'Rejected', statusInfo: { reasonCode } })

test('a CSMS that withholds the list does not keep its own revoked key alive', async () => {
  const here = await home({ lists: false })
  expect(await schedule(here, 3_000)).toMatchObject(refusal('RevocationStale'))
  await here.bringList(listOf('charging', 1))
  expect(await schedule(here, 3_000)).toEqual({ status: 'Accepted' })
  expect(await here.bringList(listOf('charging', 2, [csms]))).toEqual(done)
  expect(await schedule(here, 1_000)).toMatchObject(refusal('SignerRevoked'))
})

test('what was stored goes on when its signer is revoked', async () => {
  const here = await home()
  const { station, step } = here
  station.hardware.plugIn({ energyWattHours: 40_000, vehicleWattsMax: 7_000 })
  await schedule(here, 3_000)
  await step(inHours(0.5))
  expect(station.observe().powerWatts).toBe(3_000)
  await here.bringList(listOf('charging', 2, [csms]))
  await step(inHours(0.5))
  expect(station.observe().powerWatts).toBe(3_000)
})

test('a revoked provider arms nothing, at the LLCS or at the charger', async () => {
  const { world, llcs, deliver, bringList } = await home()
  const held = armFor(world.now(), 'ECS47e', 6)
  expect(await deliver(held.bytes)).not.toHaveLength(0)
  await bringList(listOf('smartMeter', 2, [dsrspMeter]))
  expect(await deliver(armFor(world.now(), 'ECS47e', 6).bytes)).toHaveLength(0)
  expect(llcs.arms().map(({ digest }) => digest)).toEqual([held.digest])
  const reading = { at: world.now(), hertz: 49.6 }
  await llcs.hardware.frequency(reading)
  expect(llcs.supervision()).toBe('ready')
})
