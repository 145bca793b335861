import type { ProfileEntry } from '@interlock/gbcs'
import { instant, type Instant } from '@interlock/kernel'
import { halfHourMillis } from '@interlock/power'
import type { HalfHour } from '@interlock/topics'
import type { BillPeriod } from './bill.ts'

/**
 * By how much two meters of one circuit may differ, of a half-hour and of all that both counted together: each within
 * one in a hundred (class B), and what passes in the seconds by which a half-hour of theirs may begin apart.
 */
export const countTolerance = { share: 0.02, wattHours: 50 } as const

/** A half-hour as the charger says it, through its operator, and as the settlement meter does. */
export type CountDifference = {
  readonly from: Instant
  readonly chargerWattHours: number
  readonly meterWattHours: number
}
export type CountsCompared = {
  /** Half-hours that both counted. */
  readonly compared: number
  readonly chargerWattHours: number
  readonly meterWattHours: number
  /** Half-hours of the period that one of them, or both, said nothing of: of them nothing is said here either. */
  readonly missing: { readonly charger: number; readonly meter: number }
  /** Half-hours in which they differ by more than they may. */
  readonly differences: readonly CountDifference[]
  /** Over all that both counted they do: many small lies are one. */
  readonly isSumDifferent: boolean
}

/** Compares what two meters, of which neither party holds both, counted of one circuit. */
export function compareCounts(
  { from, until }: BillPeriod,
  charger: readonly HalfHour[],
  meter: readonly ProfileEntry[],
): CountsCompared {
  const byCharger = new Map(
    charger
      .filter((each) => each.from >= from && each.from < until)
      .map((each) => [each.from, each.wattHours]),
  )
  const byMeter = new Map(
    meter
      .filter((each) => each.until > from && each.until <= until)
      .map((each) => [instant(each.until - halfHourMillis), each.wattHours]),
  )
  const both = [...byCharger].flatMap(([start, chargerWattHours]): CountDifference[] => {
    const meterWattHours = byMeter.get(start)
    return meterWattHours === undefined ? [] : [{ from: start, chargerWattHours, meterWattHours }]
  })
  const sum = both.reduce(
    (all, each) => ({
      chargerWattHours: all.chargerWattHours + each.chargerWattHours,
      meterWattHours: all.meterWattHours + each.meterWattHours,
    }),
    { chargerWattHours: 0, meterWattHours: 0 },
  )
  const halfHours = (until - from) / halfHourMillis
  return {
    compared: both.length,
    ...sum,
    missing: { charger: halfHours - byCharger.size, meter: halfHours - byMeter.size },
    differences: both.filter(isDifferent),
    isSumDifferent: isDifferent(sum),
  }
}

const isDifferent = ({
  chargerWattHours,
  meterWattHours,
}: Omit<CountDifference, 'from'>): boolean =>
  Math.abs(chargerWattHours - meterWattHours) >
  countTolerance.wattHours + countTolerance.share * Math.max(chargerWattHours, meterWattHours)
