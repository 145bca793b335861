import { ListenConfig } from '@interlock/host'
import { OcpiPartyConfig, OcpiUsConfig } from '@interlock/host/ocpi'
import { Evse, Location } from '@interlock/ocpi'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const [connector] = [Evse.properties.connectors.items.properties]

/** A charging point as others know it: which EVSE of which station it is. */
const ChargingPoint = Type.Object(
  {
    stationId: Type.String({ pattern: '^[A-Za-z0-9*\\-_=+|@.]{1,36}$' }),
    evse: Type.Integer({ minimum: 1, maximum: 5 }),
    /** eMI3: `NL*CPO*E1`, as the supervisor's register has its meter. */
    evseId: Type.String({ pattern: '^[\\x21-\\x7e]{1,36}$' }),
    standard: connector.standard,
    format: connector.format,
    powerType: connector.power_type,
    maxVoltage: connector.max_voltage,
    maxAmperage: connector.max_amperage,
  },
  strict,
)
export type ChargingPoint = Static<typeof ChargingPoint>

const Place = Type.Object(
  {
    id: Location.properties.id,
    name: Location.properties.name,
    address: Location.properties.address,
    city: Location.properties.city,
    postalCode: Location.properties.postal_code,
    country: Location.properties.country,
    coordinates: Location.properties.coordinates,
    timeZone: Location.properties.time_zone,
    /** False: a private charger, which is nobody's to find. */
    publish: Location.properties.publish,
    points: Type.Array(ChargingPoint, { minItems: 1, maxItems: 200 }),
  },
  strict,
)
export type Place = Static<typeof Place>

/** Roaming: which providers' drivers charge here, where, and for what. */
export const OcpiConfig = Type.Object(
  {
    listen: ListenConfig,
    ...OcpiUsConfig,
    /** What charging costs: an OCPI tariff, JSON. */
    tariff: Type.String({ minLength: 1, maxLength: 4096 }),
    places: Type.Array(Place, { maxItems: 10_000 }),
    providers: Type.Array(OcpiPartyConfig, { maxItems: 256 }),
    /** How long a driver's provider is waited for; a station waits for us meanwhile. */
    timeoutSeconds: Type.Integer({ minimum: 1, maximum: 20, default: 5 }),
    /** How long sessions and records are kept: two years unless given, and no less than 13 months. */
    recordDays: Type.Integer({ minimum: 396, maximum: 3_660, default: 731 }),
    /** How long it is kept who was let in where, for charges that have not begun yet. */
    admissionDays: Type.Integer({ minimum: 1, maximum: 731, default: 90 }),
  },
  strict,
)
export type OcpiConfig = Static<typeof OcpiConfig>
