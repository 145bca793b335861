import { Type, type Static } from 'typebox'
import { DateTime, list, Url } from './fields.ts'

/** Limits over time for one session (§14.6.3). */
export const ChargingProfile = Type.Object({
  /** Absent: from the start of charging. */
  start_date_time: Type.Optional(DateTime),
  /** Seconds; absent: the last limit holds until the session ends. */
  duration: Type.Optional(Type.Integer({ minimum: 1, maximum: 604_800 })),
  charging_rate_unit: Type.Enum(['W', 'A']),
  min_charging_rate: Type.Optional(Type.Number({ minimum: 0 })),
  charging_profile_period: Type.Optional(
    list(
      Type.Object({
        start_period: Type.Integer({ minimum: 0, maximum: 604_800 }),
        limit: Type.Number({ minimum: 0 }),
      }),
    ),
  ),
})
export type ChargingProfile = Static<typeof ChargingProfile>

/** What an eMSP asks of a session (§14.5.5). */
export const SetChargingProfile = Type.Object({
  charging_profile: ChargingProfile,
  /** Where the outcome is told. */
  response_url: Url,
})
export type SetChargingProfile = Static<typeof SetChargingProfile>

export const chargingProfileResponses = [
  'ACCEPTED',
  'NOT_SUPPORTED',
  'REJECTED',
  'TOO_OFTEN',
  'UNKNOWN_SESSION',
] as const
/** The answer of the operator itself (§14.5.1). */
export const ChargingProfileResponse = Type.Object({
  result: Type.Enum([...chargingProfileResponses]),
  /** Seconds after which no outcome is to be waited for. */
  timeout: Type.Integer({ minimum: 0 }),
})
export type ChargingProfileResponse = Static<typeof ChargingProfileResponse>

/** What a charging station plans for a session, all its limits together (§14.6.1). */
export const ActiveChargingProfile = Type.Object({
  start_date_time: DateTime,
  charging_profile: ChargingProfile,
})
export type ActiveChargingProfile = Static<typeof ActiveChargingProfile>

/** The outcome at the charging station; of one that was asked for what is active, that as well (§14.5.2 to .4). */
export const ChargingProfileResult = Type.Object({
  result: Type.Enum(['ACCEPTED', 'REJECTED', 'UNKNOWN']),
  profile: Type.Optional(ActiveChargingProfile),
})
export type ChargingProfileResult = Static<typeof ChargingProfileResult>
