import { limits, nationalBudget, type Reservation } from '@interlock/contract'
import { inHours, instant, millis, plus, type Eui64 } from '@interlock/kernel'
import { windowAt, windowStart } from '@interlock/ledger'
import { fromPem } from '@interlock/pki'
import { effectWindow, parseSigned } from '@interlock/seal'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answered, bring, bringBack, charger, stated, verdict, wanting } from './hours.fixture.ts'
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

/** A street-sized budget: two chargers may go off in one window, or change their hours, not three. */
const budget = {
  ...nationalBudget,
  organisationWatts: 2 * ratingWatts,
  consumerVendorWatts: 2 * ratingWatts,
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

test('what has passed goes from the disk while it runs; what still counts stays, over a restart too', async () => {
  nextDay()
  const organisation = world.csms.peer.organisation
  const from = windowStart(windowAt(world.now()))
  const until = (id: string, windows: number): Reservation => ({
    ...reservation(id, organisation, 1),
    edges: [{ from, until: from + windows * limits.budgetWindowMillis - 1, swingWatts: 1 }],
  })
  const kept = async (): Promise<string[]> =>
    (await world.reservationsKept()).filter((id) => id.startsWith('row-'))
  await reserve(until('row-passes', 1))
  await reserve(until('row-lasts', 3))
  expect(await kept()).toEqual(['row-passes', 'row-lasts'])
  world.at(plus(instant(from), millis(limits.budgetWindowMillis + limits.clockSkewMillisMax)))
  // The id of what has passed is nobody's any more.
  const again = { ...until('row-passes', 3), region: 'GB-WEST' }
  expect((await reserve(again)).status).toBe(201)
  expect(await kept()).toEqual(['row-lasts', 'row-passes'])
  await world.restart()
  expect(await reserve({ ...until('row-lasts', 3), region: 'GB-WEST' })).toMatchObject({
    body: { reason: 'ReservationConflict' },
  })
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

/** They end at eight in the evening, when nobody else's do. */
const ownHours = [{ weekdays: [0, 1, 2, 3, 4, 5, 6], fromHour: 0, untilHour: 20 }]
/** Whatever hours have moved anew is charged for a week. */
const nextHours = () => world.at(plus(world.now(), inHours(10 * 24)))
const ask = (holds = 0, counter = 1) => ({ ...wanting(world, ownHours), holds, counter })

test('hours that owners choose are acknowledged as long as both ledgers have room for them', async () => {
  nextHours()
  const homes = await Promise.all([1, 2, 3, 4].map(() => charger(world)))
  const said = homes.map((home) => stated(world, home, ask()))
  for (const statement of said.slice(0, 2))
    expect(await verdict(world, statement)).toBe('acknowledged')
  const held = world.dcc.held()
  const id = held.at(-1) ?? ''
  const { kind, organisation } = world.dcc.reservation(id) ?? {}
  expect([kind, organisation]).toEqual(['consumer', world.csms.peer.organisation])
  expect(await verdict(world, said[2] as never)).toBe('BudgetExceeded')
  // What moves nothing needs no room; the same word again gets the same answer and costs nothing.
  const none = stated(world, homes[3] as never, wanting(world, []))
  expect(await verdict(world, none)).toBe('acknowledged')
  expect(await verdict(world, said[2] as never)).toBe('BudgetExceeded')
  expect(await verdict(world, said[0] as never)).toBe('acknowledged')
  expect(world.dcc.held()).toEqual(held)
})

test('a charger that states anew without them gives their room to another, one that holds them does not', async () => {
  nextHours()
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => charger(world)))
  if (first === undefined || second === undefined || third === undefined) throw new Error('homes')
  const say = (home: typeof first, said: object) => verdict(world, stated(world, home, said))
  expect(await say(first, ask())).toBe('acknowledged')
  expect(await say(second, ask())).toBe('acknowledged')
  expect(await say(first, { counter: 2, holds: 1 })).toBe('acknowledged')
  expect(await say(third, ask())).toBe('BudgetExceeded')
  // The same again, because its answer was held back: it needs its own room and no more.
  expect(await say(second, ask(0, 2))).toBe('acknowledged')
  expect(await say(second, { counter: 3, holds: 0 })).toBe('acknowledged')
  expect(await say(third, ask(0, 2))).toBe('acknowledged')
})

test('attack: altered, repeated, out of order or in another name, a statement changes nothing', async () => {
  nextHours()
  const [home, other] = [await charger(world), await charger(world)]
  const early = stated(world, home, ask(0, 4))
  const late = stated(world, home, ask(0, 5))
  const { payload } = stated(world, home, wanting(world, []))
  expect(await verdict(world, { ...late, payload })).toBe('RequestInvalid')
  expect(await verdict(world, stated(world, { ...home, unit: other.unit }, ask()))).toBe(
    'IdentityMismatch',
  )
  const csms = { key: world.csms.key, chain: fromPem(world.csms.chainPem, 'CERTIFICATE') }
  expect(await verdict(world, stated(world, { ...home, signer: csms }, ask()))).toBe(
    'DeviceUnknown',
  )
  expect(await verdict(world, late, world.otherCsms)).toBe('IdentityMismatch')
  expect((await bring(world, { ...late, signature: 'AAAA' })).body.reason).toBe('BodyInvalid')
  expect(await verdict(world, late)).toBe('acknowledged')
  await world.restart()
  expect(await verdict(world, early)).toBe('HoursConflict')
  // The one that counts is answered as before.
  expect(await verdict(world, late)).toBe('acknowledged')
})

test('schedules are charged by the hours that the charger may follow from then on', async () => {
  nextHours()
  const [sold, without] = [await charger(world), await charger(world)]
  const none = stated(world, without, wanting(world, []))
  expect(await verdict(world, none)).toBe('acknowledged')
  // On a day of work, from five to six in the afternoon: within the default hours.
  do nextDay()
  while ([0, 6].includes(new Date(world.now()).getUTCDay()))
  const five = plus(world.now(), inHours(5))
  const charged = async ({ unit }: typeof sold) => {
    const effect = effectWindow(five)
    const change = { effect, expiresAt: effect.until }
    const command = signed(world, unit, 'SetChargingProfile', profileOf(five, [0]), change)
    expect((await submit(world, unit, command)).status).toBe(200)
    const edges = world.dcc.reservation(world.dcc.held().at(-1) ?? '')?.edges ?? []
    const last = plus(five, inHours(1))
    return edges.filter(({ from }) => from === last).map((each) => each.swingWatts)
  }
  expect(await charged(sold)).toEqual([])
  expect(await charged(without)).toEqual([ratingWatts])
})

test('a lost register of hours is made good by what chargers kept; until then it seconds for hours that they refuse', async () => {
  nextHours()
  const [home, other] = [await charger(world), await charger(world)]
  const wants = await answered(world, stated(world, home, ask()))
  const holds = await answered(world, stated(world, home, { counter: 2, holds: 1 }))
  const copies = [holds, wants]
  /** What the charger compares with the hours it holds (gate 3, `HoursDiffer`), and what was charged. */
  const seconded = async () => {
    const effect = effectWindow(world.now())
    const change = { effect, expiresAt: effect.until }
    const command = signed(
      world,
      home.unit,
      'SetChargingProfile',
      profileOf(world.now(), [0]),
      change,
    )
    const { body } = await submit(world, home.unit, command)
    const parsed = parseSigned(body.command)
    return parsed.ok ? parsed.value.countersignature?.hours : body.reason
  }
  await world.loseHours()
  expect(await seconded()).toEqual([0])
  const again = stated(world, home, { counter: 3, holds: 1 })
  expect(await verdict(world, again)).toBe('HoursConflict')
  // Attack: nobody but this supervisor has answered, and about this charger and these statements.
  const forged = { ...wants, acknowledgement: holds.acknowledgement }
  expect(await bringBack(world, home, [forged])).toBe('RequestInvalid')
  const altered = { ...wants.acknowledgement, signature: holds.acknowledgement.signature }
  expect(await bringBack(world, home, [{ ...wants, acknowledgement: altered }])).toBe(
    'RequestInvalid',
  )
  expect(await bringBack(world, other, copies)).toBe('IdentityMismatch')
  expect(await bringBack(world, home, copies, world.otherCsms)).toBe('IdentityMismatch')
  expect(await bringBack(world, home, [holds])).toBe('HoursConflict')

  expect(await bringBack(world, home, copies)).toBe('restored')
  expect(await seconded()).toEqual([1])
  expect(await verdict(world, again)).toBe('acknowledged')
  // What is older than the register, brought again, takes nothing back.
  expect(await bringBack(world, home, copies)).toBe('HoursConflict')
})

test('the hours of an agreement are for a charger that is bound to its provider', async () => {
  nextHours()
  const [home, other] = [await charger(world), await charger(world)]
  const by = (dsrsp: Eui64) => wanting(world, [], { dsrsp, reference: 'DSR-1' })
  const bound = stated(world, home, by(world.dsrsp.peer.organisation))
  expect(await verdict(world, bound)).toBe('acknowledged')
  expect(world.auditLines().at(-1)).toContain('"exemption":"DSR-1"')
  const stranger = stated(world, other, by(world.otherCsms.peer.organisation))
  expect(await verdict(world, stranger)).toBe('IdentityMismatch')
})

test('without the other ledger nothing is granted, and the process stays alive', async () => {
  nextDay()
  const [unit] = await street(1)
  const home = await charger(world)
  await world.dcc.close()
  expect(await off(unit as Unit)).toMatchObject({
    status: 503,
    body: { reason: 'PeerUnavailable' },
  })
  // Of hours it says nothing at all: the charger asks again.
  const said = stated(world, home, ask())
  expect(await verdict(world, said)).toBe('PeerUnavailable')
  expect((await world.ask(world.csms, 'GET', '/healthz')).status).toBe(200)
})
