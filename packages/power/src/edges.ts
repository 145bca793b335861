import { inSeconds, plus, type Instant } from '@interlock/kernel'
import { levelOf, levelsWithin, type Level } from './level.ts'
import type { Schedule } from './schedule.ts'

/** A change of load by `swingWatts`, somewhere between the two instants. */
export type LoadEdge = {
  readonly from: Instant
  readonly until: Instant
  readonly swingWatts: number
}

export type Change = {
  /** What holds until the schedule takes over: the last schedule, or the written fallback. */
  readonly previous: Level
  readonly next: Schedule
  /** What holds when the schedule has ended. */
  readonly fallback: Level
  /** The longest random delay at each change. */
  readonly delaySecondsMax: number
}

/**
 * The edges that a megawatt ledger charges for a schedule: at switch-over, at every change inside
 * it, and at its end back to the fallback; each at its largest swing over the time it may take
 * effect. Edges that move nothing are left out.
 */
export function edges(change: Change): LoadEdge[] {
  const { previous, next, fallback, delaySecondsMax } = change
  const delayed = (at: Instant): Instant => plus(at, inSeconds(delaySecondsMax))
  const nextLevel = levelOf(next, fallback)
  const inner = next.periods.slice(1).map((period, at) => ({
    from: period.from,
    swingWatts: Math.abs(period.limitWatts - (next.periods[at]?.limitWatts ?? 0)),
  }))
  return [
    { from: next.from, swingWatts: largestGap(previous, nextLevel, next.from, delayed(next.from)) },
    ...inner,
    { from: next.until, swingWatts: endSwing(next, fallback, delayed(next.until)) },
  ]
    .filter((edge) => edge.swingWatts > 0)
    .map(({ from, swingWatts }) => ({
      from,
      until: delayed(from),
      swingWatts: Math.ceil(swingWatts),
    }))
}

/** Whatever the delay, no more than the largest difference of any two levels meets. */
function largestGap(before: Level, after: Level, from: Instant, until: Instant): number {
  const first = after.at(from)
  return Math.max(...levelsWithin(before, from, until).map((level) => Math.abs(level - first)))
}

function endSwing(next: Schedule, fallback: Level, until: Instant): number {
  const last = next.periods.at(-1)?.limitWatts ?? 0
  const after = levelsWithin(fallback, next.until, until)
  return Math.max(...after.map((level) => Math.abs(level - last)))
}
