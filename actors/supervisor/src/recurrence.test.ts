import { limits, nationalBudget } from '@interlock/contract'
import { inHours, plus, toIso } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inService, openWorld, ratingWatts, signed, submit } from './world.fixture.ts'
import type { Unit, World } from './world.fixture.ts'

/** Room for four changes of one charger in one window. */
const budget = { ...nationalBudget, organisationWatts: 4 * ratingWatts }
let world: World
beforeAll(async () => {
  world = await openWorld(budget)
})
afterAll(async () => {
  await world.close()
})

const standard = () => inService(world, { trustMode: 'standard' })
const daily = (validTo: string | undefined, chargingSchedulePeriod: readonly object[]) => ({
  evseId: 1,
  chargingProfile: {
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Recurring',
    recurrencyKind: 'Daily',
    ...(validTo === undefined ? {} : { validTo }),
    chargingSchedule: [
      {
        id: 1,
        chargingRateUnit: 'A',
        startSchedule: toIso(world.now()),
        duration: 43_200,
        chargingSchedulePeriod,
      },
    ],
  },
})
const inADay = () => toIso(plus(world.now(), inHours(limits.scheduleMillisMax / 3_600_000)))
const once = [{ startPeriod: 0, limit: 16 }]
const often = Array.from({ length: 10 }, (_, at) => ({
  startPeriod: at * 120,
  limit: at % 2 === 0 ? 32 : 0,
}))
const ask = async (unit: Unit, payload: object) => {
  const command = signed(world, unit, 'SetChargingProfile', payload)
  const { status, body } = await submit(world, unit, command)
  return status === 200 ? 'granted' : body.reason
}

test('a street of recurring profiles stays within the budget, today and every day after', async () => {
  const street = [await standard(), await standard(), await standard()]
  const granted = async () => {
    const answers: (string | undefined)[] = []
    for (const unit of street) answers.push(await ask(unit, daily(inADay(), once)))
    return answers
  }
  // Each may change load when it comes and by itself in the same window: two chargers fill it.
  expect(await granted()).toEqual(['granted', 'granted', 'BudgetExceeded'])
  // They cannot be had for good, so that nothing stands tomorrow that tomorrow does not pay for.
  for (const validTo of [undefined, toIso(plus(world.now(), inHours(48)))])
    expect(await ask(street[2] as Unit, daily(validTo, once))).toBe('PlausibilityFailed')
  // Half a day later the window in which both of them end is as full as it was.
  world.at(plus(world.now(), inHours(12)))
  expect(await ask(street[2] as Unit, daily(inADay(), once))).toBe('BudgetExceeded')
  // When they are over, whoever wants them for another day is charged for that day.
  world.at(plus(world.now(), inHours(24)))
  expect(await granted()).toEqual(['granted', 'granted', 'BudgetExceeded'])
})

test('a recurrence that swings the load ten times in a window costs ten times as much', async () => {
  world.at(plus(world.now(), inHours(48)))
  expect(await ask(await standard(), daily(inADay(), often))).toBe('BudgetExceeded')
  expect(await ask(await standard(), daily(inADay(), often.slice(0, 2)))).toBe('granted')
})
