import type { DecisionNote } from '@interlock/contract'
import { millis, plus, type Instant } from '@interlock/kernel'
import { read, setPower } from '../hardware/meter.ts'
import { advance, changesIn, offer } from '../hardware/vehicle.ts'
import { wanted, type Charger, type Plan, type Ratings, type Wanted } from './charger.ts'
import { settle, type Settled } from './smooth.ts'

/** A change of the set-point, or a random delay that began, to be recorded. */
export type SetPointNote = {
  readonly decision: 'applied' | 'stored'
  readonly setPointWatts: number
  readonly delaySeconds: number
  readonly reason?: DecisionNote
  readonly reference?: string
}

export type Step = {
  readonly charger: Charger
  readonly wanted: Wanted
  readonly notes: readonly SetPointNote[]
  /** When the charger must be looked at again, if nothing happens before. */
  readonly nextAt?: Instant
}

/**
 * Brings the charger up to `now`: what flowed, what has ended, what should be in force, and what the
 * random delay lets happen. Calling it again at once changes nothing more.
 *
 * @param draw a random delay in whole seconds, uniform over 0 … the maximum in force.
 */
export function step(
  before: Charger,
  plan: Plan,
  ratings: Ratings,
  now: Instant,
  draw: () => number,
): Step {
  const current = expire(flowed(before, now), now)
  const target = wanted(current, plan, ratings, now)
  const settled = settle(current.applied, target, now, draw)
  const charger = powered({ ...current, applied: settled.applied }, settled, ratings, now)
  const nextAt = earliest(now, [
    target.until,
    settled.applied.pending?.due,
    charger.override?.until,
    charger.switched?.until,
    ...[charger.response, charger.dispatch].flatMap((each) => [each?.from, each?.until]),
    vehicleAt(charger, now),
    barredAt(charger, now),
  ])
  return {
    charger,
    wanted: target,
    notes: notesOf(settled, target, current),
    ...(nextAt === undefined ? {} : { nextAt }),
  }
}

const flowed = (charger: Charger, now: Instant): Charger => ({
  ...charger,
  meter: read(charger.meter, now),
  ...(charger.vehicle === undefined ? {} : { vehicle: advance(charger.vehicle, now) }),
})

/** Drops what has ended by itself. A relief that ends leaves the load to be restored. */
function expire(charger: Charger, now: Instant): Charger {
  const { override, switched, response, dispatch, barredAtWattHours, ...rest } = charger
  const had = barredAtWattHours !== undefined && charger.meter.wattHours >= barredAtWattHours
  const ended = [response, dispatch].some((each) => each !== undefined && now >= each.until)
  return {
    ...rest,
    ...(override !== undefined && now < override.until ? { override } : {}),
    ...(switched !== undefined && now < switched.until ? { switched } : {}),
    ...(response !== undefined && now < response.until ? { response } : {}),
    ...(dispatch !== undefined && now < dispatch.until ? { dispatch } : {}),
    ...(ended ? { restoring: true } : {}),
    ...(had ? { barred: true } : barredAtWattHours === undefined ? {} : { barredAtWattHours }),
  }
}

function powered(charger: Charger, settled: Settled, ratings: Ratings, now: Instant): Charger {
  const { restoring, vehicle, ...rest } = charger
  const offered =
    vehicle === undefined
      ? undefined
      : offer(vehicle, charger.applied.watts, now, ratings.phases ?? 1)
  const still = restoring === true && settled.applied.pending !== undefined
  return {
    ...rest,
    ...(offered === undefined ? {} : { vehicle: offered }),
    ...(still ? { restoring } : {}),
    meter: setPower(charger.meter, offered?.drawsWatts ?? 0, now),
  }
}

function notesOf(settled: Settled, target: Wanted, charger: Charger): SetPointNote[] {
  const { outcome, delaySeconds = 0 } = settled
  if (outcome !== 'moved' && outcome !== 'delayed') return []
  const reference = target.reference === undefined ? {} : { reference: target.reference }
  const cause = charger.restoring === true ? 'Restored' : undefined
  const reason = target.exempt ?? (outcome === 'moved' ? (cause ?? 'DelayElapsed') : cause)
  return [
    {
      decision: outcome === 'moved' ? 'applied' : 'stored',
      setPointWatts: target.watts,
      delaySeconds,
      ...(reason === undefined ? {} : { reason }),
      ...reference,
    },
  ]
}

function vehicleAt(charger: Charger, now: Instant): Instant | undefined {
  const duration = charger.vehicle === undefined ? undefined : changesIn(charger.vehicle)
  return duration === undefined ? undefined : plus(now, duration)
}

/** When the energy that an invalid token may still have has flowed, at the present power. */
function barredAt({ meter, barredAtWattHours }: Charger, now: Instant): Instant | undefined {
  if (barredAtWattHours === undefined || meter.powerWatts === 0) return undefined
  const left = (barredAtWattHours - meter.wattHours) * 3_600_000 - meter.restWattMillis
  return plus(now, millis(Math.max(0, Math.ceil(left / meter.powerWatts))))
}

function earliest(now: Instant, candidates: readonly (Instant | undefined)[]): Instant | undefined {
  const ahead = candidates.filter((at): at is Instant => at !== undefined && at > now)
  return ahead.length === 0 ? undefined : (Math.min(...ahead) as Instant)
}
