import { Type, type Static } from 'typebox'
import { Ci, DateTime, list, owner, Price, Text } from './fields.ts'
import { CdrToken } from './token.ts'

export const sessionStatuses = ['ACTIVE', 'COMPLETED', 'INVALID', 'PENDING', 'RESERVATION'] as const
export const authMethods = ['AUTH_REQUEST', 'COMMAND', 'WHITELIST'] as const
export const dimensionTypes = [
  'CURRENT',
  'ENERGY',
  'ENERGY_EXPORT',
  'ENERGY_IMPORT',
  'MAX_CURRENT',
  'MIN_CURRENT',
  'MAX_POWER',
  'MIN_POWER',
  'PARKING_TIME',
  'POWER',
  'RESERVATION_TIME',
  'STATE_OF_CHARGE',
  'TIME',
] as const

export const AuthMethod = Type.Enum([...authMethods])

/** From its start until that of the next one (§10.4.6). Energy is in kWh, time in hours. */
export const ChargingPeriod = Type.Object({
  start_date_time: DateTime,
  dimensions: list(Type.Object({ type: Type.Enum([...dimensionTypes]), volume: Type.Number() }), 1),
  tariff_id: Type.Optional(Ci(36)),
})
export type ChargingPeriod = Static<typeof ChargingPeriod>

/** A charging session while it lasts (§9.3.1). */
export const Session = Type.Object({
  ...owner,
  id: Ci(36),
  start_date_time: DateTime,
  end_date_time: Type.Optional(DateTime),
  kwh: Type.Number(),
  cdr_token: CdrToken,
  auth_method: AuthMethod,
  authorization_reference: Type.Optional(Ci(36)),
  location_id: Ci(36),
  evse_uid: Ci(36),
  connector_id: Ci(36),
  meter_id: Type.Optional(Text(255)),
  currency: Text(3),
  charging_periods: Type.Optional(list(ChargingPeriod)),
  total_cost: Type.Optional(Price),
  status: Type.Enum([...sessionStatuses]),
  last_updated: DateTime,
})
export type Session = Static<typeof Session>
