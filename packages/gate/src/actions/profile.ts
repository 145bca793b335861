import { limits, profilePurposes, type SignedCommand } from '@interlock/contract'
import { fromIso, instant, type Instant } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import type { ProfileSetting } from '../setting.ts'
import { evseOf, type GateState } from '../state.ts'
import { actionRow, forbidden, type Forbidden } from './row.ts'
import { exactly, identifier, text, whole } from './schema.ts'

const ChargingSchedule = exactly({
  id: identifier,
  startSchedule: text(40),
  duration: whole(1, limits.scheduleMillisMax / 1000),
  chargingRateUnit: Type.Literal('W'),
  minChargingRate: Type.Optional(Type.Number({ minimum: 0 })),
  chargingSchedulePeriod: Type.Array(
    exactly({
      startPeriod: whole(0, limits.scheduleMillisMax / 1000),
      limit: Type.Number({ minimum: 0, maximum: 10_000_000 }),
      numberPhases: Type.Optional(whole(1, 3)),
      phaseToUse: Type.Optional(whole(1, 3)),
    }),
    { minItems: 1, maxItems: limits.schedulePeriodsMax },
  ),
})

/**
 * Power only, absolute, at most a day, one schedule. Members that OCPP 2.1 would add (offline
 * invalidation, dynamic updates) are not listed, so they are refused.
 */
const SetChargingProfile = exactly({
  evseId: whole(0, 999),
  chargingProfile: exactly({
    id: identifier,
    stackLevel: whole(0, 1_000),
    chargingProfilePurpose: text(40),
    chargingProfileKind: Type.Literal('Absolute'),
    transactionId: Type.Optional(text(36)),
    chargingSchedule: Type.Array(ChargingSchedule, { minItems: 1, maxItems: 1 }),
  }),
})

export const setChargingProfile = actionRow({
  schema: SetChargingProfile,
  arms: ['response'],
  movesLoad: true,
  override: 'hold',
  setting: (payload, command, state) =>
    purposeProblem(payload, command, state) ?? settingOf(payload),
})

type Payload = Static<typeof SetChargingProfile>

function purposeProblem(
  { evseId, chargingProfile: profile }: Payload,
  command: SignedCommand,
  state: GateState,
): Forbidden | undefined {
  const purpose = profile.chargingProfilePurpose
  if (!(profilePurposes[command.role] ?? []).includes(purpose))
    return forbidden(`purpose ${purpose}`)
  if (purpose === 'ChargingStationMaxProfile' && evseId !== 0)
    return forbidden('a station limit is for the station as a whole (K04.FR.03)')
  const transaction = profile.transactionId
  if ((purpose === 'TxProfile') !== (transaction !== undefined))
    return forbidden('a transaction is named by a TxProfile and by no other (K01.FR.03)')
  if (transaction !== undefined && evseOf(state, evseId)?.transactionId !== transaction)
    return forbidden('the transaction does not run on that EVSE (K01.FR.33)')
  return undefined
}

function settingOf({ evseId, chargingProfile: profile }: Payload): ProfileSetting | Forbidden {
  const [schedule] = profile.chargingSchedule
  const from = schedule && fromIso(schedule.startSchedule)
  if (schedule === undefined || from === undefined) return forbidden('startSchedule')
  const after = (seconds: number): Instant => instant(from + seconds * 1000)
  const starts = schedule.chargingSchedulePeriod.map((period) => period.startPeriod)
  const ascending = starts.every((start, i) =>
    i === 0 ? start === 0 : start > (starts[i - 1] ?? 0),
  )
  if (!ascending || (starts.at(-1) ?? 0) >= schedule.duration)
    return forbidden('the periods do not ascend from 0 within the duration (K01.FR.31)')
  return {
    kind: 'profile',
    evse: evseId,
    id: profile.id,
    stackLevel: profile.stackLevel,
    purpose: profile.chargingProfilePurpose,
    ...(profile.transactionId === undefined ? {} : { transactionId: profile.transactionId }),
    from,
    until: after(schedule.duration),
    periods: schedule.chargingSchedulePeriod.map((period) => ({
      from: after(period.startPeriod),
      limitWatts: period.limit,
    })),
  }
}

const ClearChargingProfile = exactly({
  chargingProfileId: Type.Optional(identifier),
  chargingProfileCriteria: Type.Optional(
    exactly({
      evseId: Type.Optional(whole(0, 999)),
      chargingProfilePurpose: Type.Optional(text(40)),
      stackLevel: Type.Optional(whole(0, 1_000)),
    }),
  ),
})

/** A DSRSP names the profile it means; only the CSMS may clear by criteria. */
export const clearChargingProfile = actionRow({
  schema: ClearChargingProfile,
  movesLoad: true,
  override: 'hold',
  setting: ({ chargingProfileId: id, chargingProfileCriteria: criteria }, command) => {
    if ((id === undefined) === (criteria === undefined))
      return forbidden('either an id or criteria say what to clear (K10.FR.02)')
    if (criteria !== undefined && command.role !== 'csms') return forbidden('criteria')
    return {
      kind: 'clear',
      evse: criteria === undefined ? command.target.evse : (criteria.evseId ?? 0),
      ...(id === undefined ? {} : { profileId: id }),
      ...(criteria?.chargingProfilePurpose === undefined
        ? {}
        : { purpose: criteria.chargingProfilePurpose }),
      ...(criteria?.stackLevel === undefined ? {} : { stackLevel: criteria.stackLevel }),
    }
  },
})
