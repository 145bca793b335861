import type { DecisionNote } from '@interlock/contract'
import { millis, plus, type Instant } from '@interlock/kernel'
import {
  compositeLevel,
  hoursInForceLevel,
  limitOf,
  nextChange,
  soldHours,
  type HoursChoice,
  type InstalledProfile,
  type Level,
  type Stack,
} from '@interlock/power'
import { energy, newMeter, type Meter } from '../hardware/meter.ts'
import type { Vehicle } from '../hardware/vehicle.ts'
import { nobody, type Authorisation } from './authorisation.ts'
import { isOutOfService, type OutOfService } from './availability.ts'
import type { OwnHours } from './own-hours.ts'
import { atRest, type Applied } from './smooth.ts'
import type { Token } from './token.ts'

/** The owner's word: wins over every schedule and provider, and ends by itself. */
export type Override = {
  readonly action: 'charge' | 'stop'
  /** Ceiling while charging; the arm's level, or the rating for a gesture. */
  readonly limitWatts: number
  readonly until: Instant
  readonly by: 'gesture' | 'arm'
  readonly reference?: string
}

/** What a provider took from the set-point for the grid's sake, and until when at the latest. */
export type Relief = {
  readonly ceilingWatts: number
  readonly from: Instant
  readonly until: Instant
  readonly reference: string
}

/** What supplier and CSMS have switched: a load of this charger, on or off, until then. */
export type Switched = {
  /** Zero: off. */
  readonly limitWatts: number
  readonly until: Instant
  readonly reference: string
}

/** Who charges here, or is about to. */
export type Holder = {
  readonly token: Token
  readonly group?: Token
  /** Of the RequestStartTransaction that brought it (F01.FR.25). */
  readonly remoteStartId?: number
  /** A transaction event has carried the token; it is sent once (E03.FR.01). */
  readonly announced?: true
  /** Without a vehicle it stands until then (EVConnectionTimeOut). */
  readonly until?: Instant
}

/** Everything durable that bears on power at this charger. */
export type Charger = {
  readonly vehicle?: Vehicle
  /** What the owner has made of the default hours; absent until they are asked and answer. */
  readonly hours?: HoursChoice
  /** When that was; an older word comes too late. */
  readonly hoursAt?: Instant
  /** What rules of it, and what the supervisor knows; absent: the hours it was sold with. */
  readonly ownHours?: OwnHours
  /** The cable is still in the socket after the vehicle has gone. */
  readonly looseCable?: 'locked' | 'unlocked'
  /** The bay is taken: the sensor says so, or a vehicle is plugged in. */
  readonly bay?: 'sensed' | 'implied'
  readonly holder?: Holder
  readonly authorisation: Authorisation
  /** A transaction goes on without energy: authorised no more (StopTxOnInvalidId false), or the cap is reached. */
  readonly barred?: true
  /** The guest of an owner's who charges, and the register when that began. */
  readonly guest?: { readonly uid: string; readonly fromWattHours: number }
  /** The register at which an invalid token (MaxEnergyOnInvalidId) or a guest has had all it gets. */
  readonly barredAtWattHours?: number
  readonly fault?: string
  /** Kept out of service by a ChangeAvailability. */
  readonly outOfService?: OutOfService
  readonly override?: Override
  /** The owner's word comes before it, and ends it. */
  readonly switched?: Switched
  /** Autonomous response: the frequency curve, under the LLCS's arm. */
  readonly response?: Relief
  /** Dispatched response: the provider's trigger, under a pre-authorised arm. */
  readonly dispatch?: Relief
  /** A relief has ended and the load is not yet restored. */
  readonly restoring?: boolean
  readonly applied: Applied
  readonly meter: Meter
}

export const newCharger = (now: Instant): Charger => ({
  authorisation: nobody,
  applied: atRest,
  meter: newMeter(now),
})

/** What the metal allows, and without a schedule a setting. */
export type Ratings = {
  readonly ratingWatts: number
  readonly fuseWatts: number
  readonly siteWatts: number
  /** Of the EVSE; 1 unless given. */
  readonly phases?: number
  /** What a countersigned setting leaves of it where no schedule reaches; the rating unless given. */
  readonly fallbackWatts?: number
}

export const whys = [
  'NoVehicle',
  'Faulted',
  'Inoperative',
  'OverrideCharge',
  'OverrideStop',
  'NotAuthorised',
  'Response',
  'Dispatch',
  'Switched',
  'Schedule',
  'Fallback',
] as const
export type Why = (typeof whys)[number]

export type Wanted = {
  readonly watts: number
  readonly why: Why
  /** When this may become another level. */
  readonly until?: Instant
  readonly exempt?: DecisionNote
  readonly reference?: string
}

const horizonMillis = 24 * 3_600_000
/** Changes of a stack that are looked at before the charger is looked at again. */
const looksMax = 256

/**
 * The limits to follow: a home's absolute schedules over the written fallback, or whatever OCPP's
 * profiles of every kind make together.
 */
export type Plan = readonly InstalledProfile[] | Stack
const isStack = (plan: Plan): plan is Stack => 'held' in plan

/** The set-point that everything standing calls for at `now`, before any random delay. */
export function wanted(charger: Charger, plan: Plan, ratings: Ratings, now: Instant): Wanted {
  const { vehicle, fault, override } = charger
  if (vehicle === undefined) return { watts: 0, why: 'NoVehicle', exempt: 'GestureAtCharger' }
  if (fault !== undefined) return { watts: 0, why: 'Faulted', exempt: 'MadeSafe' }
  if (override !== undefined && now < override.until) return overridden(override, ratings)
  if (isOutOfService(charger.outOfService)) return { watts: 0, why: 'Inoperative' }
  const base = isStack(plan)
    ? stacked(charger, plan, ratings, now)
    : scheduled(charger, plan, ratings, now)
  return relieved(charger, switchedOr(base, charger, ratings, now), now)
}

const safe = (watts: number, ratings: Ratings): number =>
  Math.max(
    0,
    Math.floor(Math.min(watts, ratings.ratingWatts, ratings.fuseWatts, ratings.siteWatts)),
  )

const overridden = (override: Override, ratings: Ratings): Wanted => ({
  watts: override.action === 'charge' ? safe(override.limitWatts, ratings) : 0,
  why: override.action === 'charge' ? 'OverrideCharge' : 'OverrideStop',
  until: override.until,
  exempt: override.by === 'gesture' ? 'GestureAtCharger' : 'ConsumerOverride',
  ...(override.reference === undefined ? {} : { reference: override.reference }),
})

/**
 * It takes the place of every schedule, and gives nobody leave to charge: who was accepted too late
 * has leave for a seconded slot, which this is not, and can only be switched off.
 */
function switchedOr(base: Wanted, charger: Charger, ratings: Ratings, now: Instant): Wanted {
  const { switched, authorisation } = charger
  if (switched === undefined || now >= switched.until || base.why === 'NotAuthorised') return base
  const { limitWatts, until, reference } = switched
  if (limitWatts > 0 && authorisation.state !== 'allowed') return base
  return { watts: safe(limitWatts, ratings), why: 'Switched', until, reference }
}

function scheduled(
  charger: Charger,
  profiles: readonly InstalledProfile[],
  ratings: Ratings,
  now: Instant,
): Wanted {
  const { authorisation } = charger
  const allowed = authorisation.state === 'allowed'
  // A cap that an owner has set is not to be passed while a random delay runs.
  if (charger.barred === true) return { watts: 0, why: 'NotAuthorised', exempt: 'ConsumerOverride' }
  if (!allowed && authorisation.state !== 'late') return { watts: 0, why: 'NotAuthorised' }
  const usable =
    authorisation.state === 'late'
      ? profiles.filter((each) => each.schedule.from >= authorisation.at)
      : profiles
  const atMost = ratings.fallbackWatts ?? ratings.ratingWatts
  const fallback = fallbackOf(charger, allowed ? atMost : 0)
  const level = compositeLevel(usable, fallback)
  const horizon = (now + horizonMillis) as Instant
  const watts = safe(level.at(now), ratings)
  const until = level.changes(now, horizon).find((at) => safe(level.at(at), ratings) !== watts)
  const reached = usable.some(({ schedule }) => now >= schedule.from && now < schedule.until)
  return {
    watts,
    why: reached ? 'Schedule' : 'Fallback',
    ...(until === undefined ? {} : { until }),
  }
}

/** Where no schedule reaches: by the hours that the supervisor has acknowledged, or those it was sold with. */
export const fallbackOf = ({ ownHours }: Charger, ratingWatts: number): Level =>
  hoursInForceLevel(ratingWatts, ownHours?.hours ?? soldHours)

/** Who has no leave to charge gets nothing, at once; who has it, what the profiles leave. */
function stacked(charger: Charger, stack: Stack, ratings: Ratings, now: Instant): Wanted {
  if (charger.authorisation.state !== 'allowed' || charger.barred === true)
    return { watts: 0, why: 'NotAuthorised', exempt: 'MadeSafe' }
  const horizon = millis(horizonMillis)
  const { watts } = limitOf(stack, now).limit
  return {
    watts: safe(watts, ratings),
    why: watts === stack.fallbackWatts ? 'Fallback' : 'Schedule',
    until: nextChange(stack, now, horizon, looksMax) ?? plus(now, horizon),
  }
}

/** A relief is a ceiling: it can take from the schedule, never add to it. */
function relieved(charger: Charger, base: Wanted, now: Instant): Wanted {
  const named = { Response: charger.response, Dispatch: charger.dispatch } as const
  let result = base
  for (const why of ['Response', 'Dispatch'] as const) {
    const relief = named[why]
    if (relief === undefined || now < relief.from || now >= relief.until) continue
    if (relief.ceilingWatts >= result.watts) continue
    result = {
      watts: relief.ceilingWatts,
      why,
      until: earlier(base.until, relief.until),
      exempt: 'ResponseService',
      reference: relief.reference,
    }
  }
  return result
}

const earlier = (left: Instant | undefined, right: Instant): Instant =>
  left !== undefined && left < right ? left : right

/** OCPP's chargingState (ChargingStateEnumType). */
export type ChargingState = 'Idle' | 'EVConnected' | 'Charging' | 'SuspendedEV' | 'SuspendedEVSE'

export function chargingState(charger: Charger): ChargingState {
  if (charger.vehicle === undefined) return 'Idle'
  if (charger.meter.powerWatts > 0) return 'Charging'
  if (charger.applied.watts > 0) return 'SuspendedEV'
  return charger.authorisation.state === 'allowed' ? 'SuspendedEVSE' : 'EVConnected'
}

export const registerWattHours = (charger: Charger, now: Instant): number =>
  energy(charger.meter, now)
