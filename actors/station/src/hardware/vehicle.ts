import { type Instant, type Millis, millis } from '@interlock/kernel'
import type { Token } from '../core/token.ts'
import type { VehicleLink } from './contract-vehicle.ts'

const wattMillisPerWattHour = 3_600_000

/**
 * A simulated electric vehicle at the plug: it takes what it is offered, up to its own limit, until
 * it has what it came for. It says nothing about its departure; that is between driver and CSMS.
 */
export type Vehicle = {
  readonly vehicleWattsMax: number
  /** Energy it still wants, in watt-milliseconds. */
  readonly wantsWattMillis: number
  readonly drawsWatts: number
  readonly since: Instant
  readonly battery?: Battery
  /** Phases its charger uses; all of the EVSE's unless given. */
  readonly phases?: number
  /** It is connected and does not want to charge now. */
  readonly paused?: true
}

/** A battery that charges slower the fuller it is. */
export type Battery = { readonly capacityWattHours: number; readonly heldWattMillis: number }

export type PlugIn = {
  readonly energyWattHours: number
  readonly vehicleWattsMax: number
  /** Shown at the reader with the plug, if any; without one the home's own rule applies. */
  readonly idToken?: string
  readonly idTokenType?: Token['type']
  readonly phases?: 1 | 2 | 3
  readonly battery?: { readonly capacityWattHours: number; readonly socPercent: number }
  /** It is not ready to take energy when it is plugged in. */
  readonly paused?: true
  /** Its own voice (ISO 15118), where it has a contract. */
  readonly contract?: VehicleLink
}

/** From that state of charge on, that part of its power; what is below the first row is unlimited. */
const curve = [
  { fromPercent: 80, part: 0.8 },
  { fromPercent: 85, part: 0.6 },
  { fromPercent: 90, part: 0.4 },
  { fromPercent: 95, part: 0.2 },
] as const

export const arrive = (plug: PlugIn, now: Instant): Vehicle => ({
  vehicleWattsMax: Math.max(0, Math.round(plug.vehicleWattsMax)),
  wantsWattMillis: Math.max(0, Math.round(plug.energyWattHours * wattMillisPerWattHour)),
  drawsWatts: 0,
  since: now,
  ...(plug.phases === undefined ? {} : { phases: plug.phases }),
  ...(plug.paused === undefined ? {} : { paused: plug.paused }),
  ...(plug.battery === undefined ? {} : { battery: batteryOf(plug.battery) }),
})

const batteryOf = ({ capacityWattHours, socPercent }: NonNullable<PlugIn['battery']>): Battery => ({
  capacityWattHours,
  heldWattMillis: Math.round((capacityWattHours * wattMillisPerWattHour * socPercent) / 100),
})

/** The battery at `now`, with what flowed since. */
export function advance(vehicle: Vehicle, now: Instant): Vehicle {
  if (now <= vehicle.since) return vehicle
  const taken = vehicle.drawsWatts * (now - vehicle.since)
  const wantsWattMillis = Math.max(0, vehicle.wantsWattMillis - taken)
  const { battery } = vehicle
  return {
    ...vehicle,
    wantsWattMillis,
    since: now,
    ...(battery === undefined
      ? {}
      : { battery: { ...battery, heldWattMillis: battery.heldWattMillis + taken } }),
  }
}

/** From `now` on `offerWatts` are offered over `phases`; the vehicle draws what it can use. */
export function offer(vehicle: Vehicle, offerWatts: number, now: Instant, phases = 1): Vehicle {
  const current = advance(vehicle, now)
  const reach = Math.min(1, (vehicle.phases ?? phases) / phases)
  const drawsWatts = Math.min(Math.floor(offerWatts * reach), usableWatts(current))
  return { ...current, drawsWatts: Math.max(0, drawsWatts) }
}

function usableWatts({ vehicleWattsMax, wantsWattMillis, paused, battery }: Vehicle): number {
  if (wantsWattMillis === 0 || paused === true) return 0
  if (battery === undefined) return vehicleWattsMax
  const soc = socPercent(battery)
  const part = curve.findLast(({ fromPercent }) => soc >= fromPercent)?.part ?? 1
  return Math.floor(vehicleWattsMax * part)
}

/** How full, in percent. */
export const socPercent = ({ capacityWattHours, heldWattMillis }: Battery): number =>
  Math.min(100, (heldWattMillis * 100) / (capacityWattHours * wattMillisPerWattHour))

export const isFull = (vehicle: Vehicle): boolean => vehicle.wantsWattMillis === 0

/** How long until it has enough at its present draw; `undefined` while it draws nothing. */
export const fullIn = (vehicle: Vehicle): Millis | undefined =>
  vehicle.drawsWatts > 0
    ? millis(Math.ceil(vehicle.wantsWattMillis / vehicle.drawsWatts))
    : undefined

/** How long until it draws otherwise by itself: full, or on the next step of its curve. */
export function changesIn(vehicle: Vehicle): Millis | undefined {
  const full = fullIn(vehicle)
  const { battery, drawsWatts } = vehicle
  if (full === undefined || battery === undefined) return full
  const soc = socPercent(battery)
  const next = curve.find(({ fromPercent }) => fromPercent > soc)
  if (next === undefined) return full
  const there = (battery.capacityWattHours * wattMillisPerWattHour * next.fromPercent) / 100
  const reached = Math.ceil((there - battery.heldWattMillis) / drawsWatts)
  return millis(Math.min(full, reached))
}
