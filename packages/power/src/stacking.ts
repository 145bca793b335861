import { plus, type Instant, type Millis } from '@interlock/kernel'
import type { ChargingProfile, ChargingSchedulePeriod, ProfilePurpose } from './charging-profile.ts'
import { profileAt } from './profile-time.ts'

/** A profile as a station holds it: for one EVSE, or with 0 for the whole station. */
export type HeldProfile = { readonly profile: ChargingProfile; readonly evse: number }
export type RateUnit = 'W' | 'A'

/** In whose terms profiles are combined. */
export type Stack = {
  readonly held: readonly HeldProfile[]
  readonly evse: number
  /** TxProfiles of other transactions say nothing; of none, when there is none. */
  readonly transactionId?: string
  /** Where relative profiles begin. */
  readonly anchor: Instant
  readonly volts: number
  /** Phases the EVSE has; a period without `numberPhases` means three (K01.FR.49). */
  readonly phases: number
  /** What holds where no profile speaks: the rating. */
  readonly fallbackWatts: number
}

/** The limit in force: as it was written, and in watts. */
export type Limit = {
  readonly watts: number
  readonly amps: number
  readonly numberPhases?: number
}
export type LimitUntil = { readonly limit: Limit; readonly until: Instant }

/**
 * What the profiles make together at `at`: of each purpose the highest stack level that speaks; a
 * TxProfile in place of a TxDefaultProfile; the station's and outside limits cap the result
 * (K01.FR.17, K08.FR.02, K08.FR.03). A default for the EVSE goes before one for the station.
 */
export function limitOf(stack: Stack, at: Instant): LimitUntil {
  let until = Infinity
  const top = (purpose: ProfilePurpose): Limit | undefined => {
    const candidates = stack.held
      .filter((each) => each.profile.chargingProfilePurpose === purpose && concerns(each, stack))
      .sort((a, b) => b.profile.stackLevel - a.profile.stackLevel || b.evse - a.evse)
    for (const { profile } of candidates) {
      const saying = profileAt(profile, at, stack.anchor)
      until = Math.min(until, saying.until)
      const unit = profile.chargingSchedule[0]?.chargingRateUnit
      if (saying.period !== undefined && unit !== undefined)
        return limitIn(saying.period, unit, stack)
    }
    return undefined
  }
  const own = top('TxProfile') ?? top('TxDefaultProfile') ?? fallbackOf(stack)
  const caps = [top('ChargingStationMaxProfile'), top('ChargingStationExternalConstraints')]
  const limit = caps.reduce<Limit>((low, cap) => lower(low, cap), own)
  return { limit, until: until as Instant }
}

/** The same from `from` to `until`, joined where the limit stays; at most `periodsMax` of it. */
export function limitsWithin(
  stack: Stack,
  from: Instant,
  until: Instant,
  periodsMax: number,
): readonly (LimitUntil & { readonly from: Instant })[] {
  const stretches: (LimitUntil & { readonly from: Instant })[] = []
  let at = from
  while (at < until) {
    const { limit, until: change } = limitOf(stack, at)
    const end = Math.min(change, until) as Instant
    const last = stretches.at(-1)
    if (last !== undefined && alike(last.limit, limit)) {
      stretches[stretches.length - 1] = { ...last, until: end }
    } else {
      if (stretches.length >= periodsMax) break
      stretches.push({ from: at, limit, until: end })
    }
    at = end
  }
  return stretches
}

/** When the limit next differs from that at `at`, up to `horizon`; looks at `looksMax` changes. */
export function nextChange(
  stack: Stack,
  at: Instant,
  horizon: Millis,
  looksMax: number,
): Instant | undefined {
  const end = plus(at, horizon)
  const now = limitOf(stack, at)
  let change = now.until
  for (let looks = 0; looks < looksMax && change < end; looks++) {
    const next = limitOf(stack, change)
    if (next.limit.watts !== now.limit.watts) return change
    change = next.until
  }
  // Not found by then: whoever asks looks again.
  return change < end ? change : undefined
}

/**
 * As a CompositeScheduleType has it: seconds from `from`, limits in `unit` to one decimal. It knows
 * whole seconds only; of what begins in one second the last stands.
 */
export function asPeriods(
  stretches: readonly (LimitUntil & { readonly from: Instant })[],
  unit: RateUnit,
): ChargingSchedulePeriod[] {
  const [first] = stretches
  const periods = stretches.map(({ from, limit }) => ({
    startPeriod: Math.floor((from - (first?.from ?? from)) / 1000),
    limit: Math.floor((unit === 'W' ? limit.watts : limit.amps) * 10) / 10,
    ...(limit.numberPhases === undefined ? {} : { numberPhases: limit.numberPhases }),
  }))
  return periods.filter(({ startPeriod }, at) => periods[at + 1]?.startPeriod !== startPeriod)
}

const concerns = ({ profile, evse }: HeldProfile, stack: Stack): boolean =>
  (evse === 0 || evse === stack.evse) &&
  (profile.chargingProfilePurpose !== 'TxProfile' ||
    (stack.transactionId !== undefined && profile.transactionId === stack.transactionId))

function limitIn(period: ChargingSchedulePeriod, unit: RateUnit, stack: Stack): Limit {
  const { limit, numberPhases } = period
  const used = Math.min(numberPhases ?? 3, stack.phases)
  const factor = stack.volts * used
  const phases = numberPhases === undefined ? {} : { numberPhases }
  return unit === 'W'
    ? { watts: limit, amps: limit / factor, ...phases }
    : { watts: limit * factor, amps: limit, ...phases }
}

const fallbackOf = ({ fallbackWatts, volts, phases }: Stack): Limit => ({
  watts: fallbackWatts,
  amps: fallbackWatts / (volts * phases),
})

/** The lower power, and not more phases than either allows. */
function lower(left: Limit, right: Limit | undefined): Limit {
  if (right === undefined) return left
  const low = right.watts < left.watts ? right : left
  const phases = Math.min(left.numberPhases ?? Infinity, right.numberPhases ?? Infinity)
  return phases === Infinity ? low : { ...low, numberPhases: phases }
}

const alike = (left: Limit, right: Limit): boolean =>
  left.watts === right.watts && left.amps === right.amps && left.numberPhases === right.numberPhases
