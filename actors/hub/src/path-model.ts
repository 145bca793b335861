import {
  fromIso,
  millis,
  type Clock,
  type Entropy,
  type Instant,
  type Millis,
} from '@interlock/kernel'
import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }
const IsoTime = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$', maxLength: 40 })
const LatencyMillis = Type.Number({ minimum: 0, maximum: 120_000 })

/**
 * One way of a simulated network. Its figures are assumptions of whoever configures it: latency is log-normal between the
 * two percentiles given, a message that is lost is sent again after `retryMillis`, and during an outage nothing passes.
 */
export const PathModel = Type.Object(
  {
    p50Millis: LatencyMillis,
    p99Millis: LatencyMillis,
    /** Of each try. */
    lossPercent: Type.Number({ minimum: 0, maximum: 100, default: 0 }),
    tries: Type.Integer({ minimum: 1, maximum: 10, default: 1 }),
    retryMillis: Type.Number({ minimum: 0, maximum: 60_000, default: 0 }),
    outages: Type.Array(Type.Object({ from: IsoTime, until: IsoTime }, closed), {
      maxItems: 1_000,
      default: [],
    }),
  },
  closed,
)
export type PathModel = Static<typeof PathModel>

/** How long a message takes over a path, and whether it arrives at all. */
export type Crossing = { readonly arrives: boolean; readonly afterMillis: Millis }

/** The 99th percentile of the standard normal distribution. */
const z99 = 2.326

/** One message that sets out `at`. */
export function crossing(path: PathModel, at: Instant, entropy: Entropy): Crossing {
  let waited = 0
  for (let attempt = 1; attempt <= path.tries; attempt++) {
    const isOut = path.outages.some((outage) => isWithin(outage, at + waited))
    if (!isOut && fraction(entropy) * 100 >= path.lossPercent)
      return { arrives: true, afterMillis: millis(Math.round(waited + latency(path, entropy))) }
    if (attempt < path.tries) waited += path.retryMillis
  }
  return { arrives: false, afterMillis: millis(Math.round(waited)) }
}

/** The message goes by the first path that is not out; by the first of all where each of them is. */
export const pathAt = (paths: readonly [PathModel, ...PathModel[]], at: Instant): PathModel =>
  paths.find((path) => !path.outages.some((outage) => isWithin(outage, at))) ?? paths[0]

function isWithin({ from, until }: { from: string; until: string }, at: number): boolean {
  const [begins, ends] = [fromIso(from), fromIso(until)]
  return begins !== undefined && ends !== undefined && begins <= at && at < ends
}

function latency({ p50Millis, p99Millis }: PathModel, entropy: Entropy): number {
  if (p50Millis === 0) return 0
  const sigma = Math.log(Math.max(1, p99Millis / p50Millis)) / z99
  return p50Millis * Math.exp(sigma * standardNormal(entropy))
}

/** Box–Muller. */
const standardNormal = (entropy: Entropy): number =>
  Math.sqrt(-2 * Math.log(1 - fraction(entropy))) * Math.cos(2 * Math.PI * fraction(entropy))

/** 0 ≤ x < 1. */
const fraction = (entropy: Entropy): number => entropy.below(steps) / steps
const steps = 2 ** 30

/** Waits as long as the message takes; false when it is lost. */
export function crossed(
  path: PathModel,
  at: Instant,
  { wall, entropy }: { readonly wall: Clock; readonly entropy: Entropy },
): Promise<boolean> {
  const { arrives, afterMillis } = crossing(path, at, entropy)
  return new Promise((resolve) => wall.after(afterMillis, 'network', () => resolve(arrives)))
}
