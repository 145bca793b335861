import type { Instant } from '@interlock/kernel'
import { blockMillis, blocksPerDay, mean } from '../forecast/load-series.ts'
import type { BlockRecord } from '../metering/blocks.ts'
import { claimLimits, divide, type Allotment, type Claim } from './divide.ts'
import type { Contract } from './spare.ts'

/** By operator and start of a block, in whole watts: what it has used at that time of day. */
export type UsedBefore = (operator: string, from: Instant) => number

/**
 * The mean of what each operator says it used at a time of day, over those of the days held that the
 * feeder's own meter has spoken of, and that are judged: until then others may still report. A report
 * counts no further than the meter bears it out, nor beyond what its sender had been allotted, so
 * neither a lie nor a breach is worth more of the feeder tomorrow; who says nothing used nothing.
 */
export function usedBefore(
  records: readonly BlockRecord[],
  contracts: readonly Contract[],
): UsedBefore {
  const days = new Map<number, (readonly Allotment[])[]>()
  for (const record of records) {
    const used = borneOut(record, contracts)
    if (used === undefined) continue
    const time = timeOfDay(record.from)
    days.set(time, [...(days.get(time) ?? []), used])
  }
  return (operator, from) => {
    const used = days.get(timeOfDay(from)) ?? []
    const watts = used.map((day) => day.find((each) => each.operator === operator)?.watts ?? 0)
    return Math.floor(mean(watts) ?? 0)
  }
}

const timeOfDay = (from: Instant): number => (from / blockMillis) % blocksPerDay

/**
 * What came through the meter beyond the load that was forecast is vehicles, and all there is to be
 * told apart. Where the reports are more than that, it is divided by contract, and each has up to what
 * it reports: who reports too much takes nothing from those who are within their share.
 */
function borneOut(
  { expected, meteredWatts, reported, breaches }: BlockRecord,
  contracts: readonly Contract[],
): readonly Allotment[] | undefined {
  if (expected === undefined || meteredWatts === undefined || breaches === undefined)
    return undefined
  const claims = contracts.map(({ operator, contractedWatts }): Claim => {
    const most = Math.min(contractedWatts, expected.allotted[operator] ?? 0)
    const watts = Math.min(most, reported[operator] ?? 0, claimLimits.wattsMax)
    return {
      operator,
      contractedWatts,
      usedWatts: Math.max(0, Math.floor(watts)),
      fallbackWatts: 0,
    }
  })
  const given = divide(meteredWatts - expected.forecastWatts, claims)
  return given.map(({ operator, watts }) => {
    const said = claims.find((each) => each.operator === operator)?.usedWatts ?? 0
    return { operator, watts: Math.min(watts, said) }
  })
}
