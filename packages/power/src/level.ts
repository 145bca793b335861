import type { Instant } from '@interlock/kernel'
import { limitAt, type Schedule } from './schedule.ts'

/** The ceiling that is in force at each instant, in watts, and when it changes. */
export type Level = {
  at(instant: Instant): number
  /** The instants in `(from, until]` at which the level may differ from just before; ascending. */
  changes(from: Instant, until: Instant): Instant[]
}

export const constantLevel = (limitWatts: number): Level => ({
  at: () => limitWatts,
  changes: () => [],
})

/** The schedule where it reaches, the fallback outside it. */
export function levelOf(schedule: Schedule | undefined, fallback: Level): Level {
  if (schedule === undefined) return fallback
  const own = [...schedule.periods.map((period) => period.from), schedule.until]
  return {
    at: (instant) => limitAt(schedule, instant) ?? fallback.at(instant),
    changes: (from, until) =>
      ascending([
        ...own.filter((at) => at > from && at <= until),
        ...fallback.changes(from, until).filter((at) => limitAt(schedule, at) === undefined),
      ]),
  }
}

/** The level at that instant: the schedule's where it reaches, else the fallback's. */
export const levelAt = (schedule: Schedule | undefined, fallback: Level, at: Instant): number =>
  levelOf(schedule, fallback).at(at)

/** Every level in force somewhere in `[from, until]`. */
export const levelsWithin = (level: Level, from: Instant, until: Instant): number[] =>
  [from, ...level.changes(from, until)].map((at) => level.at(at))

export const ascending = (instants: readonly Instant[]): Instant[] =>
  [...new Set(instants)].sort((a, b) => a - b)
