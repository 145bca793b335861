import { nationalBudget, type Reservation } from '@interlock/contract'
import { inHours, plus } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  inService,
  openWorld,
  profileOf,
  ratingWatts,
  region,
  signed,
  submit,
} from './world.fixture.ts'
import type { Unit, World } from './world.fixture.ts'

/** A street-sized budget: two chargers may go off in one window, not three. */
const budget = {
  ...nationalBudget,
  organisationWatts: 2 * ratingWatts,
  planWatts: 10 * ratingWatts,
}
let world: World
let dcc: ReturnType<World['as']>
beforeAll(async () => {
  world = await openWorld(budget)
  dcc = world.as('dcc')
})
afterAll(async () => {
  await world.close()
})

/** Each test has a day of its own. */
const nextDay = () => world.at(plus(world.now(), inHours(48)))
const off = (unit: Unit, by = world.csms) =>
  submit(
    world,
    unit,
    signed(world, unit, 'SetChargingProfile', profileOf(world.now(), [0]), { by }),
    by,
  )
const street = (homes: number) => Promise.all(Array.from({ length: homes }, () => inService(world)))
const reservation = (id: string, organisation: string, swingWatts: number): Reservation => ({
  id,
  organisation,
  region,
  kind: 'command',
  edges: [{ from: world.now(), until: world.now() + 1, swingWatts }],
})
const reserve = (body: Reservation) => world.ask(dcc, 'POST', '/api/v1/reservations', body)

test('what exceeds the budget of a window is refused, whatever it is called', async () => {
  nextDay()
  const [first, second, third] = await street(3)
  expect((await off(first as Unit)).status).toBe(200)
  expect((await off(second as Unit)).status).toBe(200)
  const refused = await off(third as Unit)
  expect(refused).toMatchObject({ status: 409, body: { reason: 'BudgetExceeded' } })
  expect(refused.body.detail).toContain(world.csms.peer.organisation)
  expect(world.auditLines().at(-1)).toContain('BudgetExceeded')
})

test('the other ledger must agree too; when it refuses, nothing stays charged here', async () => {
  nextDay()
  const [first, second, third] = await street(3)
  world.dcc.budget = { ...budget, organisationWatts: 0 }
  for (const unit of [first, second, third])
    expect((await off(unit as Unit)).body).toMatchObject({ reason: 'BudgetExceeded' })
  world.dcc.budget = budget
  expect((await off(first as Unit)).status).toBe(200)
  expect((await off(second as Unit)).status).toBe(200)
})

test('a refusal here leaves nothing charged there', async () => {
  nextDay()
  const [first, second, third] = await street(3)
  await off(first as Unit)
  await off(second as Unit)
  const held = world.dcc.held().length
  await off(third as Unit)
  expect(world.dcc.held().length).toBe(held)
})

test('an accepted day-ahead plan makes room for what was planned, and for no one else', async () => {
  nextDay()
  const [first, second, third] = await street(3)
  const organisation = world.csms.peer.organisation
  const start = Math.ceil(world.now() / 1_800_000) * 1_800_000
  const windows = [2, 3, 4, 5, 6, 7].map((i) => ({
    from: start + i * 1_800_000,
    swingWatts: 3 * ratingWatts,
  }))
  const plan = { organisation, region, windows }
  const hand = (by: World['csms'], body: object) => world.ask(by, 'POST', '/api/v1/plans', body)
  expect((await hand(world.otherCsms, plan)).body.reason).toBe('IdentityMismatch')
  const tooMuch = windows.map((window) => ({ ...window, swingWatts: 11 * ratingWatts }))
  expect(await hand(world.csms, { ...plan, windows: tooMuch })).toMatchObject({
    status: 409,
    body: { reason: 'PlanUnacceptable' },
  })
  expect((await hand(world.csms, plan)).status).toBe(200)
  world.dcc.budget = nationalBudget
  world.at(plus(world.now(), inHours(1.5)))
  await world.restart()
  for (const unit of [first, second, third]) expect((await off(unit as Unit)).status).toBe(200)
  world.dcc.budget = budget
})

test('a day that is closed to plans is refused by name, also after a restart', async () => {
  nextDay()
  const organisation = world.csms.peer.organisation
  const plan = (hours: number) => ({
    organisation,
    region,
    windows: [
      {
        from: Math.floor(plus(world.now(), inHours(hours)) / 1_800_000) * 1_800_000,
        swingWatts: 1,
      },
    ],
  })
  const hand = (body: object) => world.ask(world.csms, 'POST', '/api/v1/plans', body)
  expect((await hand(plan(48))).status).toBe(200)
  nextDay()
  await world.restart()
  const late = await hand(plan(2))
  expect(late).toMatchObject({ status: 409, body: { reason: 'PlanClosed' } })
  expect(world.auditLines().at(-1)).toContain('PlanClosed')
  expect((await hand(plan(48))).status).toBe(200)
})

test("the DCC reserves for an organisation's arms in the same budget, once per id, and gives back", async () => {
  nextDay()
  const [unit] = await street(1)
  const organisation = world.csms.peer.organisation
  const all = reservation('arm-of-the-dcc-1', organisation, 2 * ratingWatts)
  expect((await reserve(all)).status).toBe(201)
  expect((await reserve(all)).status).toBe(201)
  expect(await reserve({ ...all, region: 'GB-WEST' })).toMatchObject({
    body: { reason: 'ReservationConflict' },
  })
  expect(await off(unit as Unit)).toMatchObject({ body: { reason: 'BudgetExceeded' } })
  await world.restart()
  expect(await off(unit as Unit)).toMatchObject({ body: { reason: 'BudgetExceeded' } })
  const released = await world.ask(dcc, 'DELETE', '/api/v1/reservations/arm-of-the-dcc-1')
  expect(released.status).toBe(204)
  expect((await off(unit as Unit)).status).toBe(200)
})

test('the DCC cannot give back what the supervisor reserved', async () => {
  nextDay()
  const [first, second, third] = await street(3)
  await off(first as Unit)
  const before = world.dcc.held().length
  await off(second as Unit)
  const id = world.dcc.held()[before] ?? ''
  await world.ask(dcc, 'DELETE', `/api/v1/reservations/${id}`)
  expect(await off(third as Unit)).toMatchObject({ body: { reason: 'BudgetExceeded' } })
})

test('replacing a schedule that may be in force gives nothing back', async () => {
  nextDay()
  const [first, second] = await street(2)
  expect((await off(first as Unit)).status).toBe(200)
  // It may never be delivered, so both are charged.
  expect((await off(first as Unit)).status).toBe(200)
  expect(await off(second as Unit)).toMatchObject({ body: { reason: 'BudgetExceeded' } })
})

test('without the other ledger nothing is granted, and the process stays alive', async () => {
  nextDay()
  const [unit] = await street(1)
  await world.dcc.close()
  expect(await off(unit as Unit)).toMatchObject({
    status: 503,
    body: { reason: 'PeerUnavailable' },
  })
  expect((await world.ask(world.csms, 'GET', '/healthz')).status).toBe(200)
})
