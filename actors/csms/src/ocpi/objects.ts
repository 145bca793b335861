import { instant, toIso, type Instant } from '@interlock/kernel'
import type {
  Cdr,
  CdrToken,
  Evse,
  Location,
  OcpiOwner,
  OcpiPrice,
  Session,
  Tariff,
} from '@interlock/ocpi'
import type { TrustMode } from '../data/stations.ts'
import type { ChargingPoint, Place } from './ocpi-config.ts'
import type { SignedReadings } from './signed-readings.ts'

/** By OCPP's status of the station's connector. */
const evseStatuses: Readonly<Record<string, Evse['status']>> = {
  Available: 'AVAILABLE',
  Occupied: 'CHARGING',
  Reserved: 'RESERVED',
  Unavailable: 'INOPERATIVE',
  Faulted: 'OUTOFORDER',
}
export const connectorId = '1'

/** What a provider may ask of an EVSE (§8.4.2): a supervised station starts and stops by an arm, which none has. */
export const capabilitiesOf = (trust: TrustMode | undefined): string[] =>
  trust === 'standard'
    ? [
        'CHARGING_PROFILE_CAPABLE',
        'REMOTE_START_STOP_CAPABLE',
        'RESERVABLE',
        'RFID_READER',
        'UNLOCK_CAPABLE',
      ]
    : ['CHARGING_PROFILE_CAPABLE', 'RFID_READER', 'UNLOCK_CAPABLE']

/** What is said of a charging point, and since when. */
export type PointState = {
  readonly status: Evse['status']
  readonly capabilities: string[]
  readonly at: Instant
}

export const evseStatusOf = (status: string): Evse['status'] => evseStatuses[status] ?? 'UNKNOWN'

/** A place as others see it (§8.3). It has changed when the last of its EVSEs has; its connectors never have since `begun`. */
export function locationOf(
  place: Place,
  us: OcpiOwner,
  tariff: Tariff,
  begun: Instant,
  stateOf: (point: ChargingPoint) => PointState,
): Location {
  const { name, postalCode } = place
  const states = place.points.map((point) => ({ point, ...stateOf(point) }))
  return {
    ...us,
    id: place.id,
    publish: place.publish,
    ...(name === undefined ? {} : { name }),
    address: place.address,
    city: place.city,
    ...(postalCode === undefined ? {} : { postal_code: postalCode }),
    country: place.country,
    coordinates: place.coordinates,
    time_zone: place.timeZone,
    evses: states.map(({ point, status, capabilities, at }) => ({
      uid: point.evseId,
      evse_id: point.evseId,
      status,
      capabilities,
      connectors: [
        {
          id: connectorId,
          standard: point.standard,
          format: point.format,
          power_type: point.powerType,
          max_voltage: point.maxVoltage,
          max_amperage: point.maxAmperage,
          tariff_ids: [tariff.id],
          last_updated: toIso(begun),
        },
      ],
      last_updated: toIso(at),
    })),
    last_updated: toIso(instant(Math.max(...states.map(({ at }) => at)))),
  }
}

/** What a charge of a driver of another provider is known by. */
export type Roaming = {
  readonly id: string
  readonly token: CdrToken
  /** Whether the provider was asked. */
  readonly auth: Session['auth_method']
  readonly reference?: string
  readonly place: Place
  readonly point: ChargingPoint
}

export function sessionOf(
  { id, token, auth, reference, place, point }: Roaming,
  us: OcpiOwner,
  { currency }: Tariff,
  state: {
    readonly startedAt: Instant
    readonly endedAt: Instant | undefined
    readonly wattHours: number
    readonly at: Instant
    /** Nobody charges yet: a place is kept free. */
    readonly isReserved?: boolean
  },
): Session {
  const { startedAt, endedAt, wattHours, at, isReserved = false } = state
  return {
    ...us,
    id,
    start_date_time: toIso(startedAt),
    ...(endedAt === undefined ? {} : { end_date_time: toIso(endedAt) }),
    kwh: wattHours / 1_000,
    cdr_token: token,
    auth_method: auth,
    ...(reference === undefined ? {} : { authorization_reference: reference }),
    location_id: place.id,
    evse_uid: point.evseId,
    connector_id: connectorId,
    currency,
    status: isReserved ? 'RESERVATION' : endedAt === undefined ? 'ACTIVE' : 'COMPLETED',
    last_updated: toIso(at),
  }
}

/** The record of a charge: what is billed is what the meter has signed, which goes along unchanged. */
export function cdrOf(
  { id, token, auth, reference, place, point }: Roaming,
  us: OcpiOwner,
  tariff: Tariff,
  readings: SignedReadings,
  cost: Required<OcpiPrice>,
  at: Instant,
): Cdr {
  const { from, until, wattHours, values, publicKey } = readings
  const start = toIso(from)
  return {
    ...us,
    id,
    start_date_time: start,
    end_date_time: toIso(until),
    session_id: id,
    cdr_token: token,
    auth_method: auth,
    ...(reference === undefined ? {} : { authorization_reference: reference }),
    cdr_location: {
      id: place.id,
      address: place.address,
      city: place.city,
      country: place.country,
      coordinates: place.coordinates,
      evse_uid: point.evseId,
      evse_id: point.evseId,
      connector_id: connectorId,
      connector_standard: point.standard,
      connector_format: point.format,
      connector_power_type: point.powerType,
    },
    currency: tariff.currency,
    tariffs: [tariff],
    charging_periods: [
      {
        start_date_time: start,
        dimensions: [{ type: 'ENERGY', volume: wattHours / 1_000 }],
        tariff_id: tariff.id,
      },
    ],
    signed_data: {
      encoding_method: 'OCMF',
      ...(publicKey === undefined ? {} : { public_key: publicKey }),
      signed_values: [...values],
    },
    total_cost: cost,
    total_energy: wattHours / 1_000,
    total_time: (until - from) / 3_600_000,
    last_updated: toIso(at),
  }
}
