import { Type, type Static } from 'typebox'
import { Ci, Clock, DateTime, DisplayText, GeoLocation, list, owner, Text, Url } from './fields.ts'
import { tokenTypes } from './token.ts'

export const connectorFormats = ['SOCKET', 'CABLE'] as const
export const powerTypes = [
  'AC_1_PHASE',
  'AC_2_PHASE',
  'AC_2_PHASE_SPLIT',
  'AC_3_PHASE',
  'DC',
] as const
export const evseStatuses = [
  'AVAILABLE',
  'BLOCKED',
  'CHARGING',
  'INOPERATIVE',
  'OUTOFORDER',
  'PLANNED',
  'REMOVED',
  'RESERVED',
  'UNKNOWN',
] as const

/** Names of plugs, capabilities and places: later versions add to them, so any name of their shape is read. */
const Name = Type.String({ maxLength: 64, pattern: '^[A-Za-z0-9_]+$' })
export const ConnectorStandard = Name
export const ConnectorFormat = Type.Enum([...connectorFormats])
export const PowerType = Type.Enum([...powerTypes])

/** One socket or cable (§8.3.3). */
export const Connector = Type.Object({
  id: Ci(36),
  standard: ConnectorStandard,
  format: ConnectorFormat,
  power_type: PowerType,
  max_voltage: Type.Integer({ minimum: 0 }),
  max_amperage: Type.Integer({ minimum: 0 }),
  max_electric_power: Type.Optional(Type.Integer({ minimum: 0 })),
  tariff_ids: Type.Optional(list(Ci(36))),
  terms_and_conditions: Type.Optional(Url),
  last_updated: DateTime,
})
export type Connector = Static<typeof Connector>

const Image = Type.Object({
  url: Url,
  thumbnail: Type.Optional(Url),
  category: Name,
  type: Ci(4),
  width: Type.Optional(Type.Integer({ minimum: 0, maximum: 99_999 })),
  height: Type.Optional(Type.Integer({ minimum: 0, maximum: 99_999 })),
})

const evseStatus = Type.Enum([...evseStatuses])
/** What charges one vehicle at a time (§8.3.2). */
export const Evse = Type.Object({
  uid: Ci(36),
  evse_id: Type.Optional(Ci(48)),
  status: evseStatus,
  status_schedule: Type.Optional(
    list(
      Type.Object({
        period_begin: DateTime,
        period_end: Type.Optional(DateTime),
        status: evseStatus,
      }),
    ),
  ),
  capabilities: Type.Optional(list(Name)),
  connectors: list(Connector, 1),
  floor_level: Type.Optional(Text(4)),
  coordinates: Type.Optional(GeoLocation),
  physical_reference: Type.Optional(Text(16)),
  directions: Type.Optional(list(DisplayText)),
  parking_restrictions: Type.Optional(list(Name)),
  images: Type.Optional(list(Image)),
  last_updated: DateTime,
})
export type Evse = Static<typeof Evse>

const Period = Type.Object({ period_begin: DateTime, period_end: DateTime })
const Hours = Type.Object({
  twentyfourseven: Type.Boolean(),
  regular_hours: Type.Optional(
    list(
      Type.Object({
        weekday: Type.Integer({ minimum: 1, maximum: 7 }),
        period_begin: Clock,
        period_end: Clock,
      }),
    ),
  ),
  exceptional_openings: Type.Optional(list(Period)),
  exceptional_closings: Type.Optional(list(Period)),
})
const BusinessDetails = Type.Object({
  name: Text(100),
  website: Type.Optional(Url),
  logo: Type.Optional(Image),
})
/** Where energy comes from (§8.4.6); also of a tariff. */
export const EnergyMix = Type.Object({
  is_green_energy: Type.Boolean(),
  energy_sources: Type.Optional(
    list(Type.Object({ source: Name, percentage: Type.Number({ minimum: 0, maximum: 100 }) })),
  ),
  environ_impact: Type.Optional(
    list(Type.Object({ category: Name, amount: Type.Number({ minimum: 0 }) })),
  ),
  supplier_name: Type.Optional(Text(64)),
  energy_product_name: Type.Optional(Text(64)),
})

/** A place with EVSEs that belong together (§8.3.1). */
export const Location = Type.Object({
  ...owner,
  id: Ci(36),
  publish: Type.Boolean(),
  publish_allowed_to: Type.Optional(
    list(
      Type.Object({
        uid: Type.Optional(Ci(36)),
        type: Type.Optional(Type.Enum([...tokenTypes])),
        visual_number: Type.Optional(Text(64)),
        issuer: Type.Optional(Text(64)),
        group_id: Type.Optional(Ci(36)),
      }),
    ),
  ),
  name: Type.Optional(Text(255)),
  address: Text(45),
  city: Text(45),
  postal_code: Type.Optional(Text(10)),
  state: Type.Optional(Text(20)),
  country: Text(3),
  coordinates: GeoLocation,
  related_locations: Type.Optional(
    list(Type.Object({ ...GeoLocation.properties, name: Type.Optional(DisplayText) })),
  ),
  parking_type: Type.Optional(Name),
  evses: Type.Optional(list(Evse)),
  directions: Type.Optional(list(DisplayText)),
  operator: Type.Optional(BusinessDetails),
  suboperator: Type.Optional(BusinessDetails),
  owner: Type.Optional(BusinessDetails),
  facilities: Type.Optional(list(Name)),
  time_zone: Text(255),
  opening_times: Type.Optional(Hours),
  charging_when_closed: Type.Optional(Type.Boolean()),
  images: Type.Optional(list(Image)),
  energy_mix: Type.Optional(EnergyMix),
  last_updated: DateTime,
})
export type Location = Static<typeof Location>
