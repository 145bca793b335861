import { nationalBudget } from '@interlock/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inService, openWorld, ratingWatts, signed, submit } from './world.fixture.ts'
import type { Unit, World } from './world.fixture.ts'

/** Room for three changes of one charger in one window. */
const budget = { ...nationalBudget, organisationWatts: 3 * ratingWatts }
let world: World
beforeAll(async () => {
  world = await openWorld(budget)
})
afterAll(async () => {
  await world.close()
})

const standard = () => inService(world, { trustMode: 'standard' })
const asked = async (unit: Unit, action: string, payload: object) => {
  const { status, body } = await submit(world, unit, signed(world, unit, action, payload))
  return { status, reason: body.reason }
}
const setCurrent = { vendorId: 'com.vendor', messageId: 'SetMaxCurrent', data: { amps: 32 } }

test('a vendor message is charged there and back, an unlocking once, until the budget is used up', async () => {
  const unit = await standard()
  const before = world.dcc.held().length
  expect((await asked(unit, 'DataTransfer', setCurrent)).status).toBe(200)
  expect(world.dcc.reservation(world.dcc.held()[before] ?? '')?.edges).toMatchObject([
    { swingWatts: ratingWatts },
    { swingWatts: ratingWatts },
  ])
  expect((await asked(unit, 'DataTransfer', setCurrent)).reason).toBe('BudgetExceeded')
  expect((await asked(unit, 'UnlockConnector', { evseId: 1, connectorId: 1 })).status).toBe(200)
})

test('what somebody has looked at, or a supervised station gets, is not for the supervisor', async () => {
  const list = { vendorId: 'org.interlock', messageId: 'RevocationList', data: '' }
  expect((await asked(await standard(), 'DataTransfer', list)).reason).toBe('NotCritical')
  const supervised = await inService(world)
  expect((await asked(supervised, 'DataTransfer', setCurrent)).reason).toBe('NotCritical')
})
