import { rmSync } from 'node:fs'
import type { BudgetLimits } from '@interlock/contract'
import { silentLog, temporaryDir } from '@interlock/host'
import { inHours, inMinutes, instant, plus } from '@interlock/kernel'
import { afterAll, expect, test } from 'vitest'
import { makeDay, worldStart, type Session } from '../worlds/day.ts'
import { createWorldClock, type WorldClock } from '../worlds/world-clock.ts'
import { organisations, ratingWatts } from './address-book.ts'
import { at } from './cars.ts'
import { streetBudget, withoutBudget } from './configs.ts'
import { runResponseAttack, type ResponseAttackReport } from './run-response-attack.ts'
import { layDay } from './scenario.ts'
import { startStreet, type Street } from './start-street.ts'

const stations = 2
const dirs: string[] = []
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
})

/** Every car charges since half past midnight, and the grid has not called: no arm is spent. */
const attackAt = instant(worldStart + inHours(13) + inMinutes(2))
const session: Session = {
  pluggedIn: instant(worldStart + inHours(7)),
  departure: instant(worldStart + inHours(20)),
  // More than the cheap hours bring: in them every car draws all that it can.
  energyWattHours: 40_000,
  vehicleWattsMax: ratingWatts,
}

/** A street on that budget, its day laid; `live` is what is done with it. */
async function onStreet<Result>(
  budget: BudgetLimits,
  live: (street: Street, world: WorldClock) => Promise<Result>,
): Promise<Result> {
  const dir = temporaryDir('interlock-response-attack')
  dirs.push(dir)
  const world = createWorldClock(worldStart)
  const sessions = Array.from({ length: stations }, () => session)
  const day = { ...makeDay(1, stations, {}), sessions, frequency: [] }
  const quiet = { seed: 1, log: silentLog, say: () => {} }
  const street = await startStreet({ ...quiet, dir, sessions, world, budget })
  try {
    const clock = world.clockFor('scenario')
    await layDay(street, day, { clock, ...quiet }, { tell: () => Promise.resolve() })
    return await live(street, world)
  } finally {
    world.stop()
    await street.close()
  }
}

const attacked = (budget: BudgetLimits): Promise<ResponseAttackReport> =>
  onStreet(budget, async (street, world) => {
    let report: ResponseAttackReport | undefined
    at(world.clockFor('scenario'), attackAt, 'attack', async () => {
      report = await runResponseAttack(street)
    })
    await world.run(plus(attackAt, inMinutes(26)), 'stepped')
    await world.quiet()
    if (report === undefined) throw new Error('the attack did not end')
    return report
  })

test('whoever holds the DSR provider moves no more than its budget, however often it arms anew', async () => {
  const report = await attacked(streetBudget(stations))
  expect(report.budgetWatts).toBe(3 * stations * ratingWatts)
  expect(report.grantedWatts).toBe(report.budgetWatts)
  // The plans of a feeder round down, to whole watts.
  expect(report.loadStepWatts).toBeGreaterThanOrEqual(stations * (ratingWatts - 1))
  expect(report.loadStepWatts).toBeLessThanOrEqual(stations * ratingWatts)
  expect(report.loadSwingWatts).toBeLessThanOrEqual(report.budgetWatts)
  expect(report.refusals).toMatchObject({
    NotPermitted: 2,
    NotSeconded: stations,
    RoleForbidden: stations,
  })
  // Two new arms; a dispatch, a clearing and a curve to be countersigned.
  expect(report.refusals['BudgetExceeded']).toBe(5 * stations)
}, 600_000)

test('with ledgers that refuse nothing the same attack moves the street without bound', async () => {
  const report = await attacked(withoutBudget)
  expect(report.refusals).not.toHaveProperty('BudgetExceeded')
  expect(report.grantedWatts).toBeGreaterThan(report.budgetWatts)
  expect(report.loadSwingWatts).toBeGreaterThan(report.budgetWatts)
}, 600_000)

test('a provider whose budget is too small for every home is refused by name for the others', async () => {
  const budget = {
    ...streetBudget(stations),
    agreedWatts: { [organisations.dsrsp]: 3 * (stations - 1) * ratingWatts },
  }
  const members = await onStreet(budget, (street) => Promise.resolve(street.dsrsp.portfolio()))
  const armed = members.map((each) => each.armed?.curveStored === true)
  expect(armed).toEqual([true, false])
  expect(members.at(-1)?.refused).toMatchObject({ reason: 'BudgetExceeded' })
}, 600_000)
