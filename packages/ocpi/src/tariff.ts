import { Type, type Static } from 'typebox'
import { Ci, Clock, DateTime, DisplayText, list, owner, Price, Text, Url } from './fields.ts'
import { EnergyMix } from './location.ts'

export const tariffDimensions = ['ENERGY', 'FLAT', 'PARKING_TIME', 'TIME'] as const
export const tariffTypes = [
  'AD_HOC_PAYMENT',
  'PROFILE_CHEAP',
  'PROFILE_FAST',
  'PROFILE_GREEN',
  'REGULAR',
] as const
export const daysOfWeek = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const

/** What one dimension costs (§11.4.2): per kWh, per hour or at all. */
export const PriceComponent = Type.Object({
  type: Type.Enum([...tariffDimensions]),
  price: Type.Number(),
  vat: Type.Optional(Type.Number({ minimum: 0 })),
  /** Rounded up to a multiple of it: Wh or seconds. */
  step_size: Type.Integer({ minimum: 0 }),
})
export type PriceComponent = Static<typeof PriceComponent>

const Quantity = Type.Optional(Type.Number())
const Day = Type.Optional(Type.String({ pattern: '^\\d{4}-(0\\d|1[0-2])-([0-2]\\d|3[01])$' }))
/** All of them have to hold (§11.4.6). */
export const TariffRestrictions = Type.Object({
  start_time: Type.Optional(Clock),
  end_time: Type.Optional(Clock),
  start_date: Day,
  end_date: Day,
  min_kwh: Quantity,
  max_kwh: Quantity,
  min_current: Quantity,
  max_current: Quantity,
  min_power: Quantity,
  max_power: Quantity,
  min_duration: Type.Optional(Type.Integer({ minimum: 0 })),
  max_duration: Type.Optional(Type.Integer({ minimum: 0 })),
  day_of_week: Type.Optional(list(Type.Enum([...daysOfWeek]))),
  reservation: Type.Optional(Type.Enum(['RESERVATION', 'RESERVATION_EXPIRES'])),
})

/** What charging costs (§11.3.1): for each dimension the first element that holds. */
export const Tariff = Type.Object({
  ...owner,
  id: Ci(36),
  currency: Text(3),
  type: Type.Optional(Type.Enum([...tariffTypes])),
  tariff_alt_text: Type.Optional(list(DisplayText)),
  tariff_alt_url: Type.Optional(Url),
  min_price: Type.Optional(Price),
  max_price: Type.Optional(Price),
  elements: list(
    Type.Object({
      price_components: list(PriceComponent, 1),
      restrictions: Type.Optional(TariffRestrictions),
    }),
    1,
  ),
  start_date_time: Type.Optional(DateTime),
  end_date_time: Type.Optional(DateTime),
  energy_mix: Type.Optional(EnergyMix),
  last_updated: DateTime,
})
export type Tariff = Static<typeof Tariff>
