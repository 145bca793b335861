import { divide, type Allotment, type Claim } from './divide.ts'

/** What a feeder bears, and how wrong its forecast may be: {@link marginWatts}. */
export type Feeder = { readonly ratedWatts: number; readonly marginWatts: number }
export type Contract = { readonly operator: string; readonly contractedWatts: number }

/** What is left for vehicles in each block of the forecast, in whole watts; never negative. */
export const spareWatts = (
  { ratedWatts, marginWatts }: Feeder,
  forecast: readonly number[],
): number[] => forecast.map((load) => Math.max(0, Math.floor(ratedWatts - marginWatts - load)))

/**
 * What each operator may use at any time of any day while somebody is silent: its share of what the
 * feeder has had to spare at the worst time that is known.
 */
export function fallbacks(
  feeder: Feeder,
  known: readonly (number | undefined)[],
  contracts: readonly Contract[],
): Allotment[] {
  const peak = known.reduce<number>((most, load) => Math.max(most, load ?? 0), 0)
  const [spare = 0] = spareWatts(feeder, [peak])
  return divide(
    spare,
    contracts.map((contract) => ({ ...contract, usedWatts: 0, fallbackWatts: 0 })),
  )
}

export type DayOfAllotments = {
  /** By block. */
  readonly blocks: readonly (readonly Allotment[])[]
  /** Blocks whose forecast leaves less than the fallbacks together: the operator must act itself. */
  readonly atRisk: readonly number[]
}

/** `used` tells by operator and block what it has used at that time of day. */
export function allotDay(
  spare: readonly number[],
  contracts: readonly Contract[],
  fallback: readonly Allotment[],
  used: (operator: string, block: number) => number,
): DayOfAllotments {
  const fallbackOf = new Map(fallback.map(({ operator, watts }) => [operator, watts]))
  const promised = fallback.reduce((sum, { watts }) => sum + watts, 0)
  const claimsIn = (block: number): Claim[] =>
    contracts.map((contract) => ({
      ...contract,
      usedWatts: Math.max(0, Math.floor(used(contract.operator, block))),
      fallbackWatts: fallbackOf.get(contract.operator) ?? 0,
    }))
  return {
    blocks: spare.map((watts, block) => divide(watts, claimsIn(block))),
    atRisk: spare.flatMap((watts, block) => (watts < promised ? [block] : [])),
  }
}
