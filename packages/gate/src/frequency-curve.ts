import type { FrequencyCurve } from '@interlock/contract'

/** The ceiling, per cent of rating, at a frequency: linear between points, level beyond the ends. */
export function curvePercent({ points }: FrequencyCurve, hertz: number): number {
  const above = points.findIndex((point) => point.hertz >= hertz)
  const upper = points[above] ?? points.at(-1)
  // A curve without points asks for nothing.
  if (upper === undefined) return 100
  const lower = points[above - 1]
  if (lower === undefined) return upper.percent
  const share = (hertz - lower.hertz) / (upper.hertz - lower.hertz)
  return lower.percent + share * (upper.percent - lower.percent)
}
