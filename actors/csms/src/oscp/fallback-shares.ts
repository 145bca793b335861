import type { StationId } from '@interlock/kernel'

export type Sharer = {
  readonly station: StationId
  readonly ratingWatts: number
  /** A vehicle charges at no less. */
  readonly leastWatts: number
  /** Whether it keeps a limit that outlives everybody's silence. */
  readonly keepsLimit: boolean
}

/**
 * Each station's part of what its feeder bears when nobody is heard, in whole watts, by rating. What
 * those may draw who keep no limit is not there for the others; so all together never exceed it. A part at which
 * no vehicle would charge helps nobody: those who are last have nothing then, and the others more.
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
  const partOf = ({ ratingWatts }: Sharer, among: readonly Sharer[]): number =>
    Math.min(ratingWatts, Math.floor((left * ratingWatts) / ratingOf(among)))
  let served = keeping
  while (served.some((each) => partOf(each, served) < Math.min(each.leastWatts, each.ratingWatts)))
    served = served.slice(0, -1)
  return new Map(
    keeping.map((each) => [each.station, served.includes(each) ? partOf(each, served) : 0]),
  )
}
