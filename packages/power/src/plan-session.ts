import { instant, type Instant } from '@interlock/kernel'
import { halfHourMillis, halfHourOf, type HalfHourPrice } from './prices.ts'
import { mergePeriods, wholeSecond, type Period, type Schedule } from './schedule.ts'

export type SessionNeed = {
  readonly now: Instant
  readonly departure: Instant
  readonly energyWattHours: number
  /** The least of what vehicle, EVSE and site can take. */
  readonly maxWatts: number
  readonly prices: readonly HalfHourPrice[]
  /** Charging is planned to be done this long before departure; covers the random delay. */
  readonly slackSeconds: number
}

export type SessionPlan = {
  /** Absent when departure has passed. Runs to departure, at most 24 h. */
  readonly schedule?: Schedule
  readonly plannedWattHours: number
  /** Of the energy whose price is known; negative when the driver is paid. */
  readonly costPence: number
  /** Energy planned where no price is known, which is used only when nothing else is left. */
  readonly unpricedWattHours: number
  /** What cannot be had in time, and why. */
  readonly shortfall?: { readonly wattHours: number; readonly reason: 'TooLittleTime' | 'NoPower' }
}

type Slot = { readonly from: number; readonly until: number; readonly price: number | undefined }
type Taken = Slot & { readonly seconds: number }

const planMillisMax = 24 * 3_600_000

/**
 * Charges in the cheapest half-hours before departure, at full power, the earlier of two equal ones
 * first. Greedy by price is optimal here, because each half-hour's energy is independent of the
 * others. The energy is exact to one second of power.
 */
export function planSession(need: SessionNeed): SessionPlan {
  const from = wholeSecond(need.now)
  const until = wholeSecond(instant(Math.min(need.departure, from + planMillisMax)))
  const wanted = Math.max(0, need.energyWattHours)
  if (until <= from) return nothing(wanted, 'TooLittleTime')
  if (!(need.maxWatts > 0)) return { ...nothing(wanted, 'NoPower'), schedule: idle(from, until) }

  const slots = slotsBetween(from, finishBy(need, from, until), need.prices)
  const taken = take(slots, Math.ceil((wanted * 3600) / need.maxWatts))
  const plannedSeconds = sum(taken, (slot) => slot.seconds)
  const planned = Math.min(wanted, wattHoursOf(plannedSeconds, need.maxWatts))
  const unpriced = sum(taken, (slot) => (slot.price === undefined ? slot.seconds : 0))
  return {
    schedule: { from, until, periods: periodsOf(taken, from, until, need.maxWatts) },
    plannedWattHours: planned,
    costPence: sum(
      taken,
      (slot) => ((slot.price ?? 0) * wattHoursOf(slot.seconds, need.maxWatts)) / 1000,
    ),
    unpricedWattHours: wattHoursOf(unpriced, need.maxWatts),
    ...(planned < wanted
      ? { shortfall: { wattHours: wanted - planned, reason: 'TooLittleTime' as const } }
      : {}),
  }
}

/** The slack gives way when the time is short: arriving full matters more than the delay. */
function finishBy(need: SessionNeed, from: number, until: number): number {
  const needed = Math.ceil((Math.max(0, need.energyWattHours) * 3600) / need.maxWatts) * 1000
  const slackened = until - need.slackSeconds * 1000
  return Math.min(until, Math.max(slackened, from + needed))
}

function slotsBetween(from: number, until: number, prices: readonly HalfHourPrice[]): Slot[] {
  const known = new Map(prices.map((price) => [price.from as number, price.pencePerKilowattHour]))
  const slots: Slot[] = []
  for (let start = halfHourOf(from); start < until; start += halfHourMillis) {
    const end = Math.min(until, start + halfHourMillis)
    slots.push({ from: Math.max(from, start), until: end, price: known.get(start) })
  }
  return slots
}

function take(slots: readonly Slot[], secondsWanted: number): Taken[] {
  const cheapest = [...slots].sort(
    (a, b) => (a.price ?? Infinity) - (b.price ?? Infinity) || a.from - b.from,
  )
  const taken: Taken[] = []
  let left = secondsWanted
  for (const slot of cheapest) {
    if (left <= 0) break
    const seconds = Math.min(left, Math.floor((slot.until - slot.from) / 1000))
    if (seconds > 0) taken.push({ ...slot, seconds })
    left -= seconds
  }
  return taken.sort((a, b) => a.from - b.from)
}

/** A half-hour used in part leans on its neighbour, so that there are few starts. */
function periodsOf(taken: readonly Taken[], from: Instant, until: Instant, watts: number) {
  const periods: Period[] = [{ from, limitWatts: 0 }]
  for (const [at, slot] of taken.entries()) {
    const joinsNext = taken[at + 1]?.from === slot.until && taken[at - 1]?.until !== slot.from
    const start = joinsNext ? slot.until - slot.seconds * 1000 : slot.from
    periods.push({ from: instant(start), limitWatts: watts })
    periods.push({ from: instant(start + slot.seconds * 1000), limitWatts: 0 })
  }
  return mergePeriods(
    periods.filter((period, at) => period.from < until && periods[at + 1]?.from !== period.from),
  )
}

const wattHoursOf = (seconds: number, watts: number): number => (seconds * watts) / 3600
const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0)
const idle = (from: Instant, until: Instant): Schedule => ({
  from,
  until,
  periods: [{ from, limitWatts: 0 }],
})
const nothing = (wattHours: number, reason: 'TooLittleTime' | 'NoPower'): SessionPlan => ({
  plannedWattHours: 0,
  costPence: 0,
  unpricedWattHours: 0,
  ...(wattHours > 0 ? { shortfall: { wattHours, reason } } : {}),
})
