import { refused, type Instant, type Refusal } from '@interlock/kernel'

/** Energy taken between two instants, evenly as far as is known. */
export type UsageInterval = {
  readonly from: Instant
  readonly until: Instant
  readonly wattHours: number
}
/** What a meter recorded; the standing charge is due for every day that it touches. */
export type Usage = readonly UsageInterval[]

export const usageProblems = {
  UsageEmpty: 'there is no interval',
  UsageReversed: 'an interval ends before it begins, or is longer than 31 days',
  UsageOverlaps: 'an interval begins before the one above it has ended',
  UsageEnergyInvalid: 'energy is whole watt-hours from 0 to 1,000,000,000',
} as const
export type UsageProblem = keyof typeof usageProblems

export const usageIntervalsMax = 200_000
const intervalMillisMax = 31 * 24 * 3_600_000
const wattHoursMax = 1_000_000_000

/** What is wrong with a series from outside, and with which interval; `undefined` when nothing is. */
export function usageProblem(
  usage: Usage,
): (Refusal<UsageProblem> & { readonly index: number }) | undefined {
  const problem = (reason: UsageProblem, index: number) => ({ ...refused(reason), index })
  if (usage.length === 0) return problem('UsageEmpty', 0)
  for (const [index, { from, until, wattHours }] of usage.entries()) {
    if (until <= from || until - from > intervalMillisMax) return problem('UsageReversed', index)
    if (from < (usage[index - 1]?.until ?? -Infinity)) return problem('UsageOverlaps', index)
    if (!Number.isInteger(wattHours) || wattHours < 0 || wattHours > wattHoursMax)
      return problem('UsageEnergyInvalid', index)
  }
  return undefined
}
