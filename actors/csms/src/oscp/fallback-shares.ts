import type { StationId } from '@interlock/kernel'

export type Sharer = {
  readonly station: StationId
  readonly ratingWatts: number
  /** Whether it keeps a limit that outlives everybody's silence. */
  readonly keepsLimit: boolean
}

/**
 * Each station's part of what its feeder bears when nobody is heard, in whole watts, by rating. What
 * those may draw who keep no limit is not there for the others; so all together never exceed it.
 */
export function fallbackShares(
  fallbackWatts: number,
  stations: readonly Sharer[],
): ReadonlyMap<StationId, number> {
  const ratingOf = (some: readonly Sharer[]): number =>
    some.reduce((sum, { ratingWatts }) => sum + ratingWatts, 0)
  const keeping = stations.filter(({ keepsLimit }) => keepsLimit)
  const others = stations.filter(({ keepsLimit }) => !keepsLimit)
  const left = Math.max(0, fallbackWatts - ratingOf(others))
  const whole = ratingOf(keeping)
  return new Map(
    keeping.map(({ station, ratingWatts }) => [
      station,
      Math.min(ratingWatts, Math.floor((left * ratingWatts) / whole)),
    ]),
  )
}
