import { type Instant, type WattHours, wattHours } from '@interlock/kernel'

/** Watt-milliseconds in a watt-hour. */
const wattMillisPerWattHour = 3_600_000

/**
 * A simulated energy register. Power is whole watts and time whole milliseconds, so that energy is a
 * whole number of watt-milliseconds: sums over a street agree to the last digit.
 */
export type Meter = {
  /** Whole watt-hours imported since the meter was made. */
  readonly wattHours: number
  /** The part of the next watt-hour already imported, in watt-milliseconds. */
  readonly restWattMillis: number
  /** What flows since {@link Meter.since}. */
  readonly powerWatts: number
  readonly since: Instant
}

export const newMeter = (now: Instant): Meter => ({
  wattHours: 0,
  restWattMillis: 0,
  powerWatts: 0,
  since: now,
})

/** Brings the register up to `now`; time never runs backwards in it. */
export function read(meter: Meter, now: Instant): Meter {
  if (now <= meter.since) return meter
  const total = meter.restWattMillis + meter.powerWatts * (now - meter.since)
  const whole = Math.floor(total / wattMillisPerWattHour)
  return {
    ...meter,
    wattHours: meter.wattHours + whole,
    restWattMillis: total - whole * wattMillisPerWattHour,
    since: now,
  }
}

/** From `now` on, `powerWatts` flows. */
export const setPower = (meter: Meter, powerWatts: number, now: Instant): Meter => ({
  ...read(meter, now),
  powerWatts: Math.max(0, Math.round(powerWatts)),
})

export const energy = (meter: Meter, now: Instant): WattHours =>
  wattHours(read(meter, now).wattHours)
