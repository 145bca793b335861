import { Type, type Static } from 'typebox'
import { Ci, DateTime, GeoLocation, list, owner, Price, Text } from './fields.ts'
import { ConnectorFormat, ConnectorStandard, PowerType } from './location.ts'
import { AuthMethod, ChargingPeriod } from './session.ts'
import { SignedData } from './signed-data.ts'
import { Tariff } from './tariff.ts'
import { CdrToken } from './token.ts'

/** The place as it was when the session began (§10.4.4). */
export const CdrLocation = Type.Object({
  id: Ci(36),
  name: Type.Optional(Text(255)),
  address: Text(45),
  city: Text(45),
  postal_code: Type.Optional(Text(10)),
  state: Type.Optional(Text(20)),
  country: Text(3),
  coordinates: GeoLocation,
  evse_uid: Ci(36),
  evse_id: Ci(48),
  connector_id: Ci(36),
  connector_standard: ConnectorStandard,
  connector_format: ConnectorFormat,
  connector_power_type: PowerType,
})

const cost = Type.Optional(Price)
/** Charge detail record (§10.3.1): what is billed, and the only object that is. */
export const Cdr = Type.Object({
  ...owner,
  id: Ci(39),
  start_date_time: DateTime,
  end_date_time: DateTime,
  session_id: Type.Optional(Ci(36)),
  cdr_token: CdrToken,
  auth_method: AuthMethod,
  authorization_reference: Type.Optional(Ci(36)),
  cdr_location: CdrLocation,
  meter_id: Type.Optional(Text(255)),
  currency: Text(3),
  tariffs: Type.Optional(list(Tariff)),
  charging_periods: list(ChargingPeriod, 1),
  signed_data: Type.Optional(SignedData),
  total_cost: Price,
  total_fixed_cost: cost,
  /** kWh. */
  total_energy: Type.Number(),
  total_energy_cost: cost,
  /** Hours, parking included. */
  total_time: Type.Number({ minimum: 0 }),
  total_time_cost: cost,
  total_parking_time: Type.Optional(Type.Number({ minimum: 0 })),
  total_parking_cost: cost,
  total_reservation_cost: cost,
  remark: Type.Optional(Text(255)),
  invoice_reference_id: Type.Optional(Ci(39)),
  credit: Type.Optional(Type.Boolean()),
  credit_reference_id: Type.Optional(Ci(39)),
  home_charging_compensation: Type.Optional(Type.Boolean()),
  last_updated: DateTime,
})
export type Cdr = Static<typeof Cdr>
