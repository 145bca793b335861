import { fromIso, instant, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import type { ChargingProfile, ChargingSchedule } from './charging-profile.ts'
import type { HeldProfile, RateUnit } from './stacking.ts'
import { never } from './profile-time.ts'

/** Why a profile is refused, by the reason codes of Part 2, appendix 5. */
export type ProfileRefusal =
  | 'InvalidProfile'
  | 'InvalidSchedule'
  | 'InvalidStackLevel'
  | 'InvalidValue'
  | 'DuplicateProfile'
  | 'RateLimitExceeded'
  | 'TooManyElements'
  | 'TxNotFound'
  | 'UnknownEvse'
  | 'UnsupportedRateUnit'

export type ProfileLimits = {
  readonly evses: readonly number[]
  /** The transaction on each EVSE, if any. */
  transactionOn(evse: number): string | undefined
  readonly rateUnits: readonly RateUnit[]
  readonly stackLevelMax: number
  readonly periodsMax: number
  readonly entriesMax: number
  readonly phases: number
  readonly phaseSwitching: boolean
}

type Asked = HeldProfile
type Rule = readonly [ProfileRefusal, (asked: Asked, limits: ProfileLimits) => boolean]

const purpose = ({ profile }: Asked) => profile.chargingProfilePurpose
const everySchedule = ({ profile }: Asked, test: (schedule: ChargingSchedule) => boolean) =>
  profile.chargingSchedule.every(test)

/** One row a requirement: the reason, and whether the profile keeps it. */
const rules: readonly Rule[] = [
  // K01.FR.28
  ['UnknownEvse', ({ evse }, { evses }) => evse === 0 || evses.includes(evse)],
  // K01.FR.22: an outside limit is set from outside, never by a CSMS.
  ['InvalidProfile', (asked) => purpose(asked) !== 'ChargingStationExternalConstraints'],
  // K01.FR.38
  ['InvalidProfile', (asked) => purpose(asked) !== 'ChargingStationMaxProfile' || asked.evse === 0],
  // K01.FR.38
  [
    'InvalidProfile',
    (asked) =>
      purpose(asked) !== 'ChargingStationMaxProfile' ||
      asked.profile.chargingProfileKind !== 'Relative',
  ],
  // K01.FR.16
  ['InvalidProfile', (asked) => purpose(asked) !== 'TxProfile' || asked.evse > 0],
  // K01.FR.03
  [
    'InvalidProfile',
    (asked) => purpose(asked) !== 'TxProfile' || asked.profile.transactionId !== undefined,
  ],
  // K01.FR.09, K01.FR.33
  [
    'TxNotFound',
    (asked, limits) =>
      purpose(asked) !== 'TxProfile' ||
      limits.transactionOn(asked.evse) === asked.profile.transactionId,
  ],
  [
    'InvalidStackLevel',
    ({ profile }, { stackLevelMax }) =>
      profile.stackLevel >= 0 && profile.stackLevel <= stackLevelMax,
  ],
  ['InvalidSchedule', ({ profile }) => profile.chargingSchedule.length > 0],
  // K01.FR.26
  [
    'UnsupportedRateUnit',
    (asked, { rateUnits }) =>
      everySchedule(asked, (each) => rateUnits.includes(each.chargingRateUnit)),
  ],
  [
    'TooManyElements',
    (asked, { periodsMax }) =>
      everySchedule(asked, (each) => each.chargingSchedulePeriod.length <= periodsMax),
  ],
  // K01.FR.31, K01.FR.35
  ['InvalidSchedule', (asked) => everySchedule(asked, isOrdered)],
  [
    'InvalidSchedule',
    (asked) => everySchedule(asked, ({ duration }) => duration === undefined || duration > 0),
  ],
  ['InvalidValue', (asked) => everySchedule(asked, hasLimits)],
  // K01.FR.40, K01.FR.41
  ['InvalidSchedule', (asked) => everySchedule(asked, (each) => startFits(asked.profile, each))],
  // A recurrence says how often.
  [
    'InvalidProfile',
    ({ profile }) =>
      (profile.chargingProfileKind === 'Recurring') === (profile.recurrencyKind !== undefined),
  ],
  ['InvalidProfile', ({ profile }) => validity(profile).from < validity(profile).to],
  // K01.FR.19, K01.FR.43, K01.FR.48
  ['InvalidSchedule', (asked, limits) => everySchedule(asked, (each) => phasesFit(each, limits))],
]

/** What a profile breaks by itself; which of the rules are the station's own depends on `limits`. */
export const profileRefusal = (asked: Asked, limits: ProfileLimits): ProfileRefusal | undefined =>
  rules.find(([, keeps]) => !keeps(asked, limits))?.[0]

/**
 * The profiles after `asked` was installed. One with its id gives way (K01.FR.05), unless it comes
 * from outside; one of another id in the same slot and time stands in its way (K01.FR.06, K01.FR.39,
 * K01.FR.52, K01.FR.53).
 */
export function install<Held extends HeldProfile>(
  held: readonly Held[],
  asked: Held,
  limits: ProfileLimits,
): Outcome<readonly Held[], ProfileRefusal> {
  const refusal = profileRefusal(asked, limits)
  if (refusal !== undefined) return refused(refusal)
  const external = 'ChargingStationExternalConstraints'
  const others = held.filter(
    (each) => each.profile.id !== asked.profile.id || purpose(each) === external,
  )
  if (others.some((each) => purpose(each) !== external && collides(each, asked)))
    return refused('DuplicateProfile')
  if (others.length >= limits.entriesMax) return refused('TooManyElements')
  return ok([...others, asked])
}

/** Which profiles a ClearChargingProfile or GetChargingProfiles means. */
export type Criterion = {
  readonly ids?: readonly number[]
  readonly evse?: number
  readonly purpose?: ChargingProfile['chargingProfilePurpose']
  readonly stackLevel?: number
}

/** An id says it all; otherwise everything that is given must fit (K09.FR.03, K10.FR.02). */
export const meets = (each: HeldProfile, criterion: Criterion): boolean =>
  (criterion.ids === undefined || criterion.ids.includes(each.profile.id)) &&
  (criterion.evse === undefined || criterion.evse === each.evse) &&
  (criterion.purpose === undefined || criterion.purpose === purpose(each)) &&
  (criterion.stackLevel === undefined || criterion.stackLevel === each.profile.stackLevel)

function collides(left: Asked, right: Asked): boolean {
  if (purpose(left) !== purpose(right)) return false
  if (left.profile.stackLevel !== right.profile.stackLevel) return false
  if (left.profile.transactionId !== right.profile.transactionId) return false
  // A default for one EVSE and one for all meet on that EVSE.
  if (left.evse !== right.evse && left.evse !== 0 && right.evse !== 0) return false
  const [a, b] = [validity(left.profile), validity(right.profile)]
  return a.from < b.to && b.from < a.to
}

const validity = ({ validFrom, validTo }: ChargingProfile): { from: Instant; to: Instant } => ({
  from: (validFrom === undefined ? undefined : fromIso(validFrom)) ?? instant(0),
  to: (validTo === undefined ? undefined : fromIso(validTo)) ?? never,
})

const isOrdered = ({ chargingSchedulePeriod }: ChargingSchedule): boolean =>
  chargingSchedulePeriod[0]?.startPeriod === 0 &&
  chargingSchedulePeriod.every(
    (period, at) =>
      at === 0 || period.startPeriod > (chargingSchedulePeriod[at - 1]?.startPeriod ?? Infinity),
  )

const hasLimits = ({ chargingSchedulePeriod }: ChargingSchedule): boolean =>
  chargingSchedulePeriod.every(({ limit }) => Number.isFinite(limit) && limit >= 0)

const startFits = (profile: ChargingProfile, { startSchedule }: ChargingSchedule): boolean =>
  profile.chargingProfileKind === 'Relative'
    ? startSchedule === undefined
    : startSchedule !== undefined && fromIso(startSchedule) !== undefined

const phasesFit = (
  { chargingSchedulePeriod }: ChargingSchedule,
  { phaseSwitching }: ProfileLimits,
): boolean =>
  chargingSchedulePeriod.every(
    ({ numberPhases, phaseToUse }) =>
      (numberPhases === undefined || (numberPhases >= 1 && numberPhases <= 3)) &&
      (phaseToUse === undefined || (phaseSwitching && numberPhases === 1)),
  )
