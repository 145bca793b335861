import type { BudgetLimits, DayAheadPlan, Edge, Reservation } from '@interlock/contract'
import { limits as shared, nationalBudget } from '@interlock/contract'
import { fromIso, instant, type Instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { chargesIn } from './charges.ts'
import {
  acceptPlan,
  dropOld,
  emptyLedger,
  plansOf,
  release,
  reserve,
  type MegawattLedger,
} from './megawatt-ledger.ts'
import { windowAt, windowStart } from './windows.ts'

const at = (text: string): Instant => fromIso(text) ?? instant(0)
const now = at('2026-01-05T18:00:00Z')
const minute = 60_000
const csms = '90-B3-D5-1F-30-02-00-00'
const dsrsp = '90-B3-D5-1F-30-03-00-00'
const limits: BudgetLimits = {
  organisationWatts: 100,
  agreedWatts: {},
  consumerVendorWatts: 50,
  regionWatts: 150,
  totalWatts: 200,
  planOrganisationWatts: 400,
  planWatts: 600,
}

const edge = (minutes: number, length: number, swingWatts: number): Edge => ({
  from: now + minutes * minute,
  until: now + (minutes + length) * minute,
  swingWatts,
})
let serial = 0
const reservation = (edges: Edge[], fields: Partial<Reservation> = {}): Reservation => ({
  id: `reservation-${++serial}`,
  organisation: csms,
  region: 'eastern',
  kind: 'command',
  edges,
  ...fields,
})
const planOf = (windows: DayAheadPlan['windows'], organisation = csms): DayAheadPlan => ({
  organisation,
  region: 'eastern',
  windows,
})

/** Reserves all in turn; the ledger so far and the reasons of those refused. */
function reserveAll(reservations: Reservation[], from = emptyLedger) {
  const reasons: string[] = []
  let ledger = from
  for (const each of reservations) {
    const outcome = reserve(ledger, each, limits, now)
    if (outcome.ok) ledger = outcome.value
    else reasons.push(outcome.reason)
  }
  return { ledger, reasons }
}
const total = (ledger: MegawattLedger, minutes: number): number =>
  chargesIn(ledger.windows.get(windowAt(now + minutes * minute))).total

test('an edge is charged in full to every window it may touch', () => {
  const { ledger } = reserveAll([reservation([edge(20, 45, 60)])])
  expect([0, 30, 60, 90].map((minutes) => total(ledger, minutes))).toEqual([60, 60, 60, 0])
})

test('an edge that ends on a boundary is charged to the window it may still fall in', () => {
  const { ledger } = reserveAll([reservation([edge(0, 30, 60)])])
  expect([0, 30, 60].map((minutes) => total(ledger, minutes))).toEqual([60, 60, 0])
})

test('both edges of one command in one window are both charged', () => {
  const { ledger } = reserveAll([reservation([edge(1, 5, 40), edge(10, 5, 40)])])
  expect(total(ledger, 0)).toBe(80)
})

test('an organisation that exceeds its limit in one window gets nothing at all', () => {
  const { ledger, reasons } = reserveAll([
    reservation([edge(35, 5, 80)]),
    reservation([edge(5, 5, 10), edge(40, 5, 21)]),
  ])
  expect(reasons).toEqual(['BudgetExceeded'])
  expect(total(ledger, 0)).toBe(0)
})

test('the refusal names who, how much, of how much and when', () => {
  const outcome = reserve(emptyLedger, reservation([edge(5, 5, 101)]), limits, now)
  expect(outcome).toEqual({
    ok: false,
    reason: 'BudgetExceeded',
    detail: `${csms}: 101 W of 100 W in the window from 2026-01-05T18:00:00.000Z`,
  })
})

test.each([
  ['region', [csms, dsrsp], ['eastern', 'eastern'], [100, 51]],
  [
    'total',
    [csms, dsrsp, '90-B3-D5-1F-30-04-00-00'],
    ['eastern', 'western', 'wales'],
    [100, 100, 1],
  ],
])('the limit of the %s holds across organisations', (_name, organisations, regions, swings) => {
  const each = organisations.map((organisation, i) =>
    reservation([edge(5, 5, swings[i] ?? 0)], { organisation, region: regions[i] ?? '' }),
  )
  expect(reserveAll(each).reasons).toEqual(['BudgetExceeded'])
  expect(reserveAll(each.slice(1)).reasons).toEqual([])
})

test('an organisation has one limit over all its regions and kinds', () => {
  const { reasons } = reserveAll([
    reservation([edge(5, 5, 60)], { region: 'eastern', kind: 'command' }),
    reservation([edge(5, 5, 41)], { region: 'western', kind: 'response' }),
  ])
  expect(reasons).toEqual(['BudgetExceeded'])
})

test('commands cannot use up what is reserved for consumers, nor consumers what is for commands', () => {
  const { ledger, reasons } = reserveAll([
    reservation([edge(5, 5, 100)]),
    reservation([edge(5, 5, 50)], { kind: 'consumer' }),
  ])
  expect(reasons).toEqual([])
  const { reasons: further } = reserveAll(
    [reservation([edge(5, 5, 1)]), reservation([edge(5, 5, 1)], { kind: 'consumer' })],
    ledger,
  )
  expect(further).toEqual(['BudgetExceeded', 'BudgetExceeded'])
})

test('the same reservation again changes nothing, and its id cannot stand for another', () => {
  const first = reservation([edge(5, 5, 60)])
  const { ledger } = reserveAll([first])
  const again = reserve(ledger, structuredClone(first), limits, now)
  expect(again).toEqual({ ok: true, value: ledger })
  const other = { ...first, edges: [edge(5, 5, 1)] }
  expect(reserve(ledger, other, limits, now)).toMatchObject({ reason: 'ReservationConflict' })
})

test('a release gives everything back, once', () => {
  const first = reservation([edge(20, 45, 60)])
  const { ledger } = reserveAll([first, reservation([edge(5, 5, 10)])])
  const released = release(ledger, first.id)
  expect([0, 30, 60].map((minutes) => total(released, minutes))).toEqual([10, 0, 0])
  expect(release(released, first.id)).toBe(released)
})

test.each([
  ['ends before it begins', edge(5, -1, 1)],
  ['spans more than a day and a random delay', edge(5, 24 * 60 + 31, 1)],
  ['lies in the past', edge(-60, 10, 1)],
])('an edge that %s is refused', (_words, wrong) => {
  const { reasons } = reserveAll([reservation([edge(5, 5, 1), wrong])])
  expect(reasons).toEqual(['BodyInvalid'])
})

test('what a plan foresees is not charged, what goes beyond it is', () => {
  const tomorrow = windowStart(windowAt(now) + 48)
  const planned = acceptPlan(
    emptyLedger,
    planOf([{ from: tomorrow, swingWatts: 400 }]),
    limits,
    now,
  )
  expect(planned.ok).toBe(true)
  if (!planned.ok) return
  const then = (tomorrow - now) / minute
  const { ledger, reasons } = reserveAll(
    [
      reservation([edge(then + 1, 5, 490)]),
      reservation([edge(then + 1, 5, 10)]),
      reservation([edge(then + 1, 5, 1)]),
      reservation([edge(then + 1, 5, 101)], { organisation: dsrsp }),
    ],
    planned.value,
  )
  expect(reasons).toEqual(['BudgetExceeded', 'BudgetExceeded'])
  expect(total(ledger, then)).toBe(100)
})

test('a plan pays for no response: each is charged in full, whatever was planned', () => {
  const from = windowStart(windowAt(now) + 48)
  const planned = acceptPlan(emptyLedger, planOf([{ from, swingWatts: 400 }]), limits, now)
  if (!planned.ok) throw new Error(planned.reason)
  const then = (from - now) / minute
  const response = (swingWatts: number) =>
    reservation([edge(then + 1, 5, swingWatts)], { kind: 'response' })
  const { ledger, reasons } = reserveAll(
    [response(60), response(41), reservation([edge(then + 1, 5, 440)])],
    planned.value,
  )
  expect(reasons).toEqual(['BudgetExceeded'])
  expect(total(ledger, then)).toBe(100)
})

test('an organisation with a figure of its own is held to that one, and to that alone', () => {
  const agreed = { ...limits, agreedWatts: { [dsrsp]: 140 } }
  const asked = (swingWatts: number, organisation: string) =>
    reserve(
      emptyLedger,
      reservation([edge(5, 5, swingWatts)], { organisation, kind: 'response' }),
      agreed,
      now,
    )
  expect(asked(140, dsrsp).ok).toBe(true)
  expect(asked(141, dsrsp)).toMatchObject({
    reason: 'BudgetExceeded',
    detail: `${dsrsp}: 141 W of 140 W in the window from 2026-01-05T18:00:00.000Z`,
  })
  expect(asked(101, csms)).toMatchObject({ reason: 'BudgetExceeded' })
})

test("plans together stay within the system operator's limit", () => {
  const from = windowStart(windowAt(now) + 48)
  const first = acceptPlan(emptyLedger, planOf([{ from, swingWatts: 250 }]), limits, now)
  expect(first.ok).toBe(true)
  if (!first.ok) return
  const second = (swingWatts: number) =>
    acceptPlan(first.value, planOf([{ from, swingWatts }], dsrsp), limits, now)
  expect(second(350).ok).toBe(true)
  expect(second(351)).toMatchObject({
    reason: 'PlanUnacceptable',
    detail: 'all plans: 601 W of 600 W in the window from 2026-01-06T18:00:00.000Z',
  })
  const replaced = acceptPlan(first.value, planOf([{ from, swingWatts: 400 }]), limits, now)
  expect(replaced.ok && plansOf(replaced.value)).toEqual([planOf([{ from, swingWatts: 400 }])])
})

test('an organisation plans no more than its own limit, over all its regions', () => {
  const from = windowStart(windowAt(now) + 48)
  const plan = (region: string, swingWatts: number, to = emptyLedger) =>
    acceptPlan(to, { ...planOf([{ from, swingWatts }]), region }, limits, now)
  expect(plan('eastern', 401)).toMatchObject({
    reason: 'PlanUnacceptable',
    detail: `plans of ${csms}: 401 W of 400 W in the window from 2026-01-06T18:00:00.000Z`,
  })
  const eastern = plan('eastern', 300)
  if (!eastern.ok) throw new Error(eastern.reason)
  expect(plan('wales', 100, eastern.value).ok).toBe(true)
  expect(plan('wales', 101, eastern.value)).toMatchObject({ reason: 'PlanUnacceptable' })
  expect(plan('eastern', 400, eastern.value).ok).toBe(true)
})

test('the figures for Great Britain let nobody plan for more than the threshold of the law', () => {
  const from = windowStart(windowAt(now) + 48)
  const plan = (swingWatts: number) =>
    acceptPlan(emptyLedger, planOf([{ from, swingWatts }]), nationalBudget, now).ok
  expect([plan(300_000_000), plan(300_000_001)]).toEqual([true, false])
})

test('a plan for a window that has begun, or begins next, raises nothing', () => {
  const current = windowStart(windowAt(now))
  const windows = [0, 1, 2].map((i) => ({
    from: current + i * shared.budgetWindowMillis,
    swingWatts: 300,
  }))
  const outcome = acceptPlan(emptyLedger, planOf(windows), limits, now)
  expect(outcome.ok && plansOf(outcome.value)).toEqual([planOf(windows.slice(2))])
})

test('a day that could have been planned before its closure is closed; the first day could not', () => {
  const day = (date: string, hour = '17') => at(`2026-01-${date}T${hour}:00:00Z`)
  const window = (date: string, swingWatts: number) => ({ from: day(date), swingWatts })
  const hand = (ledger: MegawattLedger, time: Instant, ...windows: DayAheadPlan['windows']) =>
    acceptPlan(ledger, planOf(windows), limits, time)
  // The fifth and the sixth had closed before there was any plan, or any organisation to make one.
  const first = hand(emptyLedger, day('05', '19'), window('06', 100), window('07', 100))
  if (!first.ok) throw new Error(first.reason)
  const again = hand(first.value, day('06', '12'), window('06', 200), window('07', 200))
  if (!again.ok) throw new Error(again.reason)

  const evening = day('06', '19')
  expect(hand(again.value, evening, window('07', 300))).toEqual({
    ok: false,
    reason: 'PlanClosed',
    detail: 'the window from 2026-01-07T17:00:00.000Z: 300 W',
  })
  expect(hand(again.value, day('06', '18'), window('07', 300)).ok).toBe(true)
  const next = hand(again.value, evening, window('08', 300))
  expect(next.ok && plansOf(next.value)).toEqual([planOf([window('07', 200), window('08', 300)])])
  expect(hand(again.value, evening, window('07', 200)).ok).toBe(true)
  // Whoever lets a plan run out has no first day again.
  const later = dropOld(again.value, day('20', '12'))
  expect(hand(later, day('20', '12'), window('20', 1))).toMatchObject({ reason: 'PlanClosed' })
})

test('a plan is not withdrawn from under what was granted on it', () => {
  const from = windowStart(windowAt(now) + 4)
  const planned = acceptPlan(emptyLedger, planOf([{ from, swingWatts: 300 }]), limits, now)
  if (!planned.ok) throw new Error(planned.reason)
  const { ledger } = reserveAll([reservation([edge(121, 5, 350)])], planned.value)
  const smaller = planOf([{ from, swingWatts: 100 }])
  expect(acceptPlan(ledger, smaller, limits, now)).toMatchObject({ reason: 'PlanUnacceptable' })
  expect(acceptPlan(ledger, planOf([]), limits, now)).toMatchObject({ reason: 'PlanUnacceptable' })
})

test('a plan window that begins at no half-hour is refused', () => {
  const plan = planOf([{ from: now + 48 * shared.budgetWindowMillis + 1, swingWatts: 1 }])
  expect(acceptPlan(emptyLedger, plan, limits, now)).toMatchObject({ reason: 'PlanUnacceptable' })
})

test('windows that have passed are forgotten, and what reaches beyond them is still charged', () => {
  const long = reservation([edge(20, 45, 60)])
  const { ledger } = reserveAll([reservation([edge(1, 5, 40)]), long])
  const later = dropOld(ledger, instant(now + 35 * minute))
  expect([...later.reservations.keys()]).toEqual([long.id])
  expect([...later.windows.keys()]).toEqual([windowAt(now) + 1, windowAt(now) + 2])
  expect(release(later, long.id).windows.size).toBe(0)
})

test('within the tolerated clock skew the last window still counts', () => {
  const { ledger } = reserveAll([reservation([edge(1, 5, 40)])])
  const end = now + 30 * minute + shared.clockSkewMillisMax
  expect(dropOld(ledger, instant(end - 1)).reservations.size).toBe(1)
  expect(dropOld(ledger, instant(end)).reservations.size).toBe(0)
})

test('the figures for Great Britain allow 300 MW to an organisation and not a watt more', () => {
  const asked = (swingWatts: number) =>
    reserve(emptyLedger, reservation([edge(5, 5, swingWatts)]), nationalBudget, now).ok
  expect([asked(300_000_000), asked(300_000_001)]).toEqual([true, false])
})
