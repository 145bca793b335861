import type { BudgetLimits, DayAheadPlan, Reservation } from '@interlock/contract'
import { limits as shared } from '@interlock/contract'
import { canonicalJson, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import {
  accountOf,
  chargesIn,
  overdrawn,
  overplanned,
  ownerOf,
  type Account,
  type Window,
} from './charges.ts'
import { ShelfMap } from './shelf-map.ts'
import { isClosedToPlans, isInterval, windowAt, windowsOf, windowStart } from './windows.ts'

/**
 * What may still move, per 30-minute window. A value: each operation gives a new ledger or a refusal.
 * DCC and supervisor each keep one, so that neither alone can let the grid be moved.
 */
export type MegawattLedger = {
  /** The first window that still counts. */
  readonly since: number
  readonly reservations: ShelfMap<Reservation>
  readonly windows: ReadonlyMap<number, Window>
  /** When an organisation's first plan was accepted. */
  readonly plannedSince: ReadonlyMap<string, number>
}

export const emptyLedger: MegawattLedger = {
  since: 0,
  reservations: new ShelfMap(),
  windows: new Map(),
  plannedSince: new Map(),
}

export type PlanProblem = 'PlanUnacceptable' | 'PlanClosed'
export type ReserveProblem = 'BudgetExceeded' | 'ReservationConflict' | 'BodyInvalid'

/**
 * Charges every edge, at its full swing, to every window it may touch; all of it or nothing.
 * The same reservation again changes nothing.
 */
export function reserve(
  ledger: MegawattLedger,
  reservation: Reservation,
  limits: BudgetLimits,
  now: Instant,
): Outcome<MegawattLedger, ReserveProblem> {
  const held = ledger.reservations.get(reservation.id)
  if (held !== undefined)
    return canonicalJson(held) === canonicalJson(reservation)
      ? ok(ledger)
      : refused('ReservationConflict', reservation.id)
  if (!reservation.edges.every(isInterval))
    return refused('BodyInvalid', 'an edge ends before it begins, or spans more than a day')
  const current = dropOld(ledger, now)
  if (reservation.edges.some(({ until }) => windowAt(until) < current.since))
    return refused('BodyInvalid', 'an edge lies in the past')
  const charged = charge(current, reservation, 1)
  for (const window of touched(reservation)) {
    const excess = overdrawn(chargesIn(charged.windows.get(window)), reservation, limits)
    if (excess !== undefined)
      return refused('BudgetExceeded', `${excess} in the window from ${isoStart(window)}`)
  }
  return ok(charged)
}

/**
 * Charges what has moved already, whatever the limits: what it takes too much nobody gets after it. The
 * same reservation again changes nothing.
 */
export function chargeMoved(
  ledger: MegawattLedger,
  reservation: Reservation,
  now: Instant,
): MegawattLedger {
  if (ledger.reservations.has(reservation.id)) return ledger
  return charge(dropOld(ledger, now), reservation, 1)
}

/** Gives a reservation back. An unknown id changes nothing. */
export function release(ledger: MegawattLedger, id: string): MegawattLedger {
  const held = ledger.reservations.get(id)
  return held === undefined ? ledger : charge(ledger, held, -1)
}

/**
 * Takes an organisation's day-ahead plan for a region in place of its earlier one. A plan made on the
 * day would be a way around the limits, so a day that its organisation could have planned before the
 * closure stays as it was; to ask for anything else is refused. On the first day, when it could not,
 * windows that have begun, or begin before another window has passed, stay as they were.
 */
export function acceptPlan(
  ledger: MegawattLedger,
  plan: DayAheadPlan,
  limits: BudgetLimits,
  now: Instant,
): Outcome<MegawattLedger, PlanProblem> {
  const current = dropOld(ledger, now)
  const key = accountOf(plan)
  const since = current.plannedSince.get(plan.organisation) ?? now
  const begun = windowAt(now) + 1
  const isOpen = (number: number): boolean =>
    number > begun && !isClosedToPlans(windowStart(number), since, now)
  const windows = new Map(current.windows)
  for (const [number, window] of windows)
    if (isOpen(number)) windows.set(number, withPlan(window, key, undefined))
  for (const { from, swingWatts } of plan.windows) {
    if (from % shared.budgetWindowMillis !== 0)
      return refused('PlanUnacceptable', `${new Date(from).toISOString()} begins no window`)
    const number = windowAt(from)
    if (isOpen(number)) windows.set(number, withPlan(windows.get(number), key, swingWatts))
    else if (number > begun && swingWatts !== (windows.get(number)?.plans.get(key) ?? 0))
      return refused('PlanClosed', `the window from ${isoStart(number)}: ${swingWatts} W`)
  }
  for (const [number, window] of windows) {
    if (!isOpen(number)) continue
    const unplannable = overplanned(window, plan.organisation, limits)
    if (unplannable !== undefined)
      return refused('PlanUnacceptable', `${unplannable} in the window from ${isoStart(number)}`)
    const excess = overdrawn(chargesIn(window), { ...plan, kind: 'command' }, limits)
    if (excess !== undefined)
      return refused('PlanUnacceptable', `${excess} already in the window from ${isoStart(number)}`)
  }
  const plannedSince = new Map(current.plannedSince).set(plan.organisation, since)
  return ok({ ...current, windows: withoutEmpty(windows), plannedSince })
}

/** Forgets windows that have passed, and reservations that touch none that has not. */
export function dropOld(ledger: MegawattLedger, now: Instant): MegawattLedger {
  // Another clock may be behind by as much, and its edges must still be charged somewhere.
  const since = windowAt(now - shared.clockSkewMillisMax)
  if (since <= ledger.since) return ledger
  const windows = new Map([...ledger.windows].filter(([number]) => number >= since))
  const lasts = ({ edges }: Reservation): boolean =>
    edges.some(({ until }) => windowAt(until) >= since)
  const reservations = ledger.reservations.filter(lasts)
  return { ...ledger, since, reservations, windows }
}

/** Plans in force, one per organisation and region: with the reservations, what a server keeps. */
export function plansOf(ledger: MegawattLedger): DayAheadPlan[] {
  const plans = new Map<Account, DayAheadPlan>()
  for (const [number, window] of ledger.windows)
    for (const [key, swingWatts] of window.plans) {
      const plan = plans.get(key) ?? { ...ownerOf(key), windows: [] }
      plan.windows.push({ from: windowStart(number), swingWatts })
      plans.set(key, plan)
    }
  return [...plans.values()]
}

/** Rebuilds a ledger from what was kept; what was granted once is not judged again. */
export function restoreLedger(
  reservations: Iterable<Reservation>,
  plans: Iterable<DayAheadPlan>,
  plannedSince: Iterable<readonly [organisation: string, since: number]>,
): MegawattLedger {
  let ledger = emptyLedger
  for (const reservation of reservations) ledger = charge(ledger, reservation, 1)
  const windows = new Map(ledger.windows)
  for (const plan of plans)
    for (const { from, swingWatts } of plan.windows) {
      const number = windowAt(from)
      windows.set(number, withPlan(windows.get(number), accountOf(plan), swingWatts))
    }
  return { ...ledger, windows, plannedSince: new Map(plannedSince) }
}

const isoStart = (window: number): string => new Date(windowStart(window)).toISOString()

const touched = ({ edges }: Reservation): Set<number> => new Set(edges.flatMap(windowsOf))

const emptyWindow: Window = {
  commands: new Map(),
  responses: new Map(),
  consumers: new Map(),
  plans: new Map(),
}

/** Where each kind of reservation is charged. */
const sumsOf = {
  command: 'commands',
  response: 'responses',
  consumer: 'consumers',
} as const satisfies Record<Reservation['kind'], keyof Window>

function charge(ledger: MegawattLedger, reservation: Reservation, sign: 1 | -1): MegawattLedger {
  const windows = new Map(ledger.windows)
  for (const edge of reservation.edges)
    for (const number of windowsOf(edge)) {
      if (number < ledger.since) continue
      const window = windows.get(number) ?? emptyWindow
      windows.set(number, withSwing(window, reservation, sign * edge.swingWatts))
    }
  const held = sign === 1 ? reservation : undefined
  const reservations = ledger.reservations.with(reservation.id, held)
  return { ...ledger, reservations, windows: withoutEmpty(windows) }
}

function withSwing(window: Window, reservation: Reservation, swingWatts: number): Window {
  const sums = sumsOf[reservation.kind]
  const key = sums === 'consumers' ? reservation.organisation : accountOf(reservation)
  return { ...window, [sums]: added(window[sums], key, swingWatts) }
}

function withPlan(
  window: Window | undefined,
  account: Account,
  swingWatts: number | undefined,
): Window {
  const plans = new Map(window?.plans)
  if (swingWatts === undefined || swingWatts === 0) plans.delete(account)
  else plans.set(account, swingWatts)
  return { ...(window ?? emptyWindow), plans }
}

function added(sums: ReadonlyMap<string, number>, key: string, by: number): Map<string, number> {
  const next = new Map(sums)
  const sum = (next.get(key) ?? 0) + by
  if (sum === 0) next.delete(key)
  else next.set(key, sum)
  return next
}

const withoutEmpty = (windows: Map<number, Window>): Map<number, Window> => {
  for (const [number, window] of windows)
    if (Object.values(window).every((sums) => sums.size === 0)) windows.delete(number)
  return windows
}
