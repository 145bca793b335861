import { type Instant, type Millis, millis } from '@interlock/kernel'

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
}

export type PlugIn = {
  readonly energyWattHours: number
  readonly vehicleWattsMax: number
  /** Shown at the reader, if any; without one the home's own rule applies. */
  readonly idToken?: string
}

export const arrive = (plug: PlugIn, now: Instant): Vehicle => ({
  vehicleWattsMax: Math.max(0, Math.round(plug.vehicleWattsMax)),
  wantsWattMillis: Math.max(0, Math.round(plug.energyWattHours * wattMillisPerWattHour)),
  drawsWatts: 0,
  since: now,
})

/** The battery at `now`, with what flowed since. */
export function advance(vehicle: Vehicle, now: Instant): Vehicle {
  if (now <= vehicle.since) return vehicle
  const taken = vehicle.drawsWatts * (now - vehicle.since)
  const wantsWattMillis = Math.max(0, vehicle.wantsWattMillis - taken)
  return { ...vehicle, wantsWattMillis, since: now }
}

/** From `now` on `offerWatts` are offered; the vehicle draws what it can use. */
export function offer(vehicle: Vehicle, offerWatts: number, now: Instant): Vehicle {
  const current = advance(vehicle, now)
  const usable = current.wantsWattMillis > 0 ? current.vehicleWattsMax : 0
  return { ...current, drawsWatts: Math.max(0, Math.min(Math.floor(offerWatts), usable)) }
}

export const isFull = (vehicle: Vehicle): boolean => vehicle.wantsWattMillis === 0

/** How long until it has enough at its present draw; `undefined` while it draws nothing. */
export const fullIn = (vehicle: Vehicle): Millis | undefined =>
  vehicle.drawsWatts > 0
    ? millis(Math.ceil(vehicle.wantsWattMillis / vehicle.drawsWatts))
    : undefined
