import { rmSync } from 'node:fs'
import type { BudgetLimits } from '@interlock/contract'
import { loadIdentity, nodeCrypto, silentLog, temporaryDir, type Identity } from '@interlock/host'
import { inHours, inMinutes, instant, plus } from '@interlock/kernel'
import { afterAll, expect, test } from 'vitest'
import { makeDay, worldStart, type Session } from '../worlds/day.ts'
import { createWorldClock, type WorldClock } from '../worlds/world-clock.ts'
import { frequencyCurve } from '../attacks/commands.ts'
import { stolenPen } from '../attacks/forge.ts'
import { answered } from '../attacks/outcome.ts'
import { organisations, ratingWatts, type Home } from './address-book.ts'
import { at } from './cars.ts'
import { prepareChange } from './change-provider.ts'
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

/** What a charger makes of a curve that a provider has signed and nobody has seconded. */
function curvesBy(street: Street, { station, stationId }: Home, by: Identity) {
  const { clock } = street.depsOf('change-of-provider')
  const sign = stolenPen(by, 'dsrsp', clock, nodeCrypto)
  const target = { ratingWatts, transactionId: undefined }
  return async (): Promise<string | undefined> => {
    const payload = frequencyCurve(target, { now: clock.now() })
    const curve = sign({ action: 'DataTransfer', payload, station, evse: 1 })
    const session = street.dsrsp.session(stationId)
    const outcome = session && (await answered(() => session.callSigned('DataTransfer', curve)))
    return outcome?.reason
  }
}

/** What the charger makes of the provider before and of the next one: at first, after each side's word. */
async function changed(
  street: Street,
  world: WorldClock,
): Promise<readonly (string | undefined)[][]> {
  const [first] = street.homes
  if (first === undefined) throw new TypeError('a street has homes')
  const { home } = first
  const before = loadIdentity(street.plan.layout.server('dsrsp').charging)
  const change = await prepareChange(street)
  const curves = [before, change.next.charging].map((by) => curvesBy(street, home, by))
  const judged = async () => [await curves[0]?.(), await curves[1]?.()]
  try {
    // Past the counters that the provider has used.
    await world.run(plus(world.now(), inMinutes(1)), 'stepped')
    const atFirst = await judged()
    const cells = await change.bySupplier(home)
    const afterSupplier = await judged()
    const brought = await change.bySupervisor(home)
    return [atFirst, [...cells], afterSupplier, [brought], await judged()]
  } finally {
    await change.close()
  }
}

test('a provider whose budget is too small for every home is refused by name for the others, and at a home another takes its place when supplier and supervisor say so', async () => {
  const budget = {
    ...streetBudget(stations),
    agreedWatts: { [organisations.dsrsp]: 3 * (stations - 1) * ratingWatts },
  }
  const [members, provider] = await onStreet(budget, async (street, world) => {
    const portfolio = street.dsrsp.portfolio()
    return [portfolio, await changed(street, world)] as const
  })
  const armed = members.map((each) => each.armed?.curveStored === true)
  expect(armed).toEqual([true, false])
  expect(members.at(-1)?.refused).toMatchObject({ reason: 'BudgetExceeded' })
  expect(provider).toEqual([
    ['NotSeconded', 'SignerUnknown'],
    ['success', 'success'],
    ['NotSeconded', 'SignerUnknown'],
    ['Accepted'],
    ['SignerUnknown', 'NotSeconded'],
  ])
}, 600_000)
