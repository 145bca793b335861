import { limits } from '@interlock/contract'
import { inMinutes, instant, plus, type Instant } from '@interlock/kernel'
import {
  constantLevel,
  edges,
  groupBlockMillis,
  hoursInForceLevel,
  levelOf,
  levelsWithin,
  limitAt,
  type HoursInForce,
  type LoadEdge,
  type Schedule,
} from '@interlock/power'
import { largest } from '../core/day-ahead.ts'
import { sameFrom } from '../planner/session-plan.ts'
import {
  planFeeder,
  scheduleFor,
  vouchedUntil,
  type FeederNeed,
  type FeederPlan,
  type FeederSession,
} from './feeder-plan.ts'

/** A vehicle that is expected on a feeder, or is there. */
export type ExpectedStay = Omit<FeederSession, 'transactionId' | 'before'> & {
  readonly arrival: Instant
  /** What its station may follow without a schedule. */
  readonly hours: readonly HoursInForce[]
}

export type FeederDay = {
  /** The start of a block. */
  readonly from: Instant
  readonly until: Instant
  readonly stays: readonly ExpectedStay[]
  readonly leftAt: FeederNeed['leftAt']
  /** Vehicles come so much earlier or later. */
  readonly arrivalToleranceMinutes: number
}

type Living = { readonly stay: ExpectedStay; readonly sent: Schedule[]; wattHours: number }

/**
 * What the schedules of one feeder will move if all comes as expected: the day is lived through block by
 * block, planned as it will be then, renewed as it will be then, and each schedule is held at the worst as a
 * ledger holds it.
 */
export function feederDayEdges(day: FeederDay): LoadEdge[] {
  const { from, until, stays, leftAt, arrivalToleranceMinutes } = day
  const vehicles = stays.map((stay): Living => ({
    stay,
    sent: [],
    wattHours: stay.energyWattHours,
  }))
  const found: LoadEdge[] = []
  let plan: FeederPlan | undefined
  for (let now = from; now < until; now = instant(now + groupBlockMillis)) {
    const present = vehicles.filter(({ stay }) => stay.arrival <= now && stay.departure > now)
    if (present.length === 0) continue
    const need = { now, leftAt, sessions: present.map((each) => sessionOf(each, now)) }
    if (plan === undefined || !isFor(plan, present)) plan = planFeeder(need)
    for (const [at, each] of present.entries()) {
      const session = need.sessions[at]
      const next = session && scheduleFor(plan, session, now, vouchedUntil(now))
      if (next !== undefined && !sameFrom(now, each.sent.at(-1), next)) {
        found.push(...commandEdges(each, next, arrivalToleranceMinutes))
        each.sent.push(next)
      }
      each.wattHours = Math.max(0, each.wattHours - heldIn(each, now) * blockHours)
    }
  }
  return found
}

const blockHours = groupBlockMillis / 3_600_000

/** While nobody comes or leaves, all goes as it was planned. */
const isFor = ({ sessions }: FeederPlan, present: readonly Living[]): boolean =>
  sessions.length === present.length &&
  sessions.every(({ id }, at) => id === present[at]?.stay.station)

/** What it may draw by its schedule; until it has one, what it keeps to without. */
const heldIn = ({ sent, stay }: Living, at: Instant): number => {
  const last = sent.at(-1)
  return (last && limitAt(last, at)) ?? stay.fallbackWatts
}

const sessionOf = (vehicle: Living, now: Instant): FeederSession => ({
  ...vehicle.stay,
  transactionId: '',
  energyWattHours: vehicle.wattHours,
  before: heldIn(vehicle, now),
})

/** As a ledger charges it, which does not know what of all that was sent before has been delivered. */
function commandEdges(
  { stay, sent }: Living,
  next: Schedule,
  toleranceMinutes: number,
): LoadEdge[] {
  const { delaySecondsMax, maxWatts, hours } = stay
  const fallbacks = hours.map((each) => hoursInForceLevel(maxWatts, each))
  const standing = sent.filter((schedule) => schedule.until > next.from)
  const before = [
    constantLevel(0),
    ...fallbacks,
    ...standing.flatMap((schedule) => fallbacks.map((each) => levelOf(schedule, each))),
  ]
  const later = before
    .flatMap((fallback) => edges({ previous: fallback, next, fallback, delaySecondsMax }))
    .filter((edge) => edge.from > next.from)
  // The first one is sent when the vehicle comes, which is not known to the minute.
  const tolerance = inMinutes(sent.length === 0 ? toleranceMinutes : 0)
  const from = instant(next.from - tolerance)
  const until = instant(plus(next.from, tolerance) + limits.budgetWindowMillis)
  const after = levelsWithin(levelOf(next, constantLevel(heldFirst(next))), from, until)
  const gaps = before
    .flatMap((level) => levelsWithin(level, from, until))
    .flatMap((old) => after.map((level) => Math.abs(level - old)))
  return largest([{ from, until, swingWatts: Math.ceil(Math.max(...gaps)) }, ...later])
}

const heldFirst = ({ periods }: Schedule): number => periods[0]?.limitWatts ?? 0
