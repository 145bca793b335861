import { instant, type Instant } from '@interlock/kernel'
import type { MeterInterval } from './interval.ts'

/** A register of energy, as it was read during one charge. */
export type RegisterReading = { readonly at: Instant; readonly wattHours: number }

export const halfHourMillis = 1_800_000
/** A charge of a month, and a half-hour at either end; of a longer one the beginning. */
export const chargeIntervalsMax = 1_490

/**
 * What one charge took in each half-hour that it touches, from its first reading until its last. Where the
 * register was not read at the end of a half-hour, what was read before and after is divided.
 *
 * @param readings in the order of time; a register that falls counts as one that stands
 */
export function halfHourly(readings: readonly RegisterReading[]): readonly MeterInterval[] {
  const [first, last] = [readings.at(0), readings.at(-1)]
  if (first === undefined || last === undefined) return []
  const start = Math.floor(first.at / halfHourMillis) * halfHourMillis
  const intervals: MeterInterval[] = []
  let [from, at] = [{ wattHours: first.wattHours, isRead: true }, start + halfHourMillis]
  let index = 0
  for (; intervals.length < chargeIntervalsMax; at += halfHourMillis) {
    const next = readings.findIndex((each, place) => place >= index && each.at >= at)
    index = next < 0 ? readings.length : next
    const until = registerAt(readings, index, at)
    intervals.push({
      from: instant(at - halfHourMillis),
      until: instant(at),
      importWattHours: Math.max(0, until.wattHours - from.wattHours),
      exportWattHours: 0,
      isEstimated: !from.isRead || !until.isRead,
    })
    from = until
    if (at >= last.at) break
  }
  return intervals
}

/** `index`: of the first reading at `at` or later. */
function registerAt(readings: readonly RegisterReading[], index: number, at: number) {
  const [before, after] = [readings[index - 1], readings[index]]
  if (after === undefined) return { wattHours: before?.wattHours ?? 0, isRead: true }
  if (after.at === at || before === undefined) return { wattHours: after.wattHours, isRead: true }
  const part = (at - before.at) / (after.at - before.at)
  const wattHours = Math.round(before.wattHours + part * (after.wattHours - before.wattHours))
  return { wattHours, isRead: after.wattHours === before.wattHours }
}

/** Intervals of several charges, as those of one meter. */
export function together(charges: readonly (readonly MeterInterval[])[]): readonly MeterInterval[] {
  const sums = new Map<number, MeterInterval>()
  for (const each of charges.flat()) {
    const before = sums.get(each.from)
    sums.set(each.from, {
      ...each,
      importWattHours: each.importWattHours + (before?.importWattHours ?? 0),
      exportWattHours: each.exportWattHours + (before?.exportWattHours ?? 0),
      isEstimated: each.isEstimated || before?.isEstimated === true,
    })
  }
  return [...sums.values()].sort((left, right) => left.from - right.from)
}
