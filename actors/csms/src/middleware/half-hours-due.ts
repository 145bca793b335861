import type { Consumption } from '@interlock/contract'
import { inMinutes, instant, type Instant } from '@interlock/kernel'
import { halfHourly, halfHourMillis, type RegisterReading } from '@interlock/privacy'

/** One charge at a station, with what its meter has signed of it, in the order of time. */
export type SignedCharge = {
  readonly startedAt: Instant
  /** `undefined` while it runs. */
  readonly endedAt: Instant | undefined
  readonly registers: readonly RegisterReading[]
}

export type Due = {
  /** Half-hours that follow each other, in as many messages as there are gaps. */
  readonly runs: readonly Consumption[]
  /** What begins then, and later, cannot be said yet. */
  readonly until: Instant
}

/** Between a charge's beginning or end and the reading that its meter signs of it. */
const readLateMillis = inMinutes(1)

/**
 * What can be said of the half-hours from `from` until `until`, both the start of one. Without a charge nothing was
 * used. A charge that runs is waited for until its meter has signed past the half-hour; of one that has ended and was
 * not signed through nothing is said, since nobody could hold it against the meter.
 */
export function halfHoursDue(charges: readonly SignedCharge[], from: Instant, until: Instant): Due {
  const counted = charges.map((charge) => ({
    charge,
    intervals: new Map(
      halfHourly(charge.registers).map((each) => [each.from as number, each.importWattHours]),
    ),
  }))
  const runs: { from: Instant; wattHours: number[] }[] = []
  for (let at = from; at < until; at = instant(at + halfHourMillis)) {
    const end = instant(at + halfHourMillis)
    const touching = counted.filter(({ charge }) => isTouched(charge, at, end))
    if (touching.some(({ charge }) => awaits(charge, end))) return { runs, until: at }
    if (!touching.every(({ charge }) => isSignedThrough(charge, at, end))) continue
    const wattHours = touching.reduce((sum, { intervals }) => sum + (intervals.get(at) ?? 0), 0)
    const run = runs.at(-1)
    if (run !== undefined && run.from + run.wattHours.length * halfHourMillis === at)
      run.wattHours.push(wattHours)
    else runs.push({ from: at, wattHours: [wattHours] })
  }
  return { runs, until }
}

const isTouched = ({ startedAt, endedAt }: SignedCharge, from: Instant, until: Instant): boolean =>
  startedAt < until && (endedAt ?? Infinity) > from

const awaits = ({ endedAt, registers }: SignedCharge, end: Instant): boolean =>
  endedAt === undefined && (registers.at(-1)?.at ?? 0) < end

function isSignedThrough(
  { startedAt, endedAt, registers }: SignedCharge,
  from: Instant,
  until: Instant,
): boolean {
  const [first, last] = [registers.at(0), registers.at(-1)]
  if (first === undefined || last === undefined) return false
  return (
    first.at - readLateMillis <= Math.max(startedAt, from) &&
    last.at + readLateMillis >= Math.min(endedAt ?? Infinity, until)
  )
}
