import { assert } from '@interlock/kernel'

/** One operator on one feeder, in whole watts. */
export type Claim = {
  readonly operator: string
  /** The most it may ever have, and its weight where not all can have theirs. */
  readonly contractedWatts: number
  /** What it has used at this time of day, as far as a meter bears it out: before what is only contracted. */
  readonly usedWatts: number
  /** What it takes when anybody is silent, without asking: comes first of all. */
  readonly fallbackWatts: number
}

export type Allotment = { readonly operator: string; readonly watts: number }

/** No feeder carries as much, and products of such watts are exact. */
export const claimLimits = { wattsMax: 10_000_000, claimsMax: 90 } as const

/**
 * Divides what a feeder has to spare in one block. Three rounds: the fallbacks, then what has been used
 * before, then the contracts; in each, whoever is not satisfied has the same share of its contract as
 * the others. So the sum never exceeds the spare; nobody gets more than contracted; who asks for more
 * gains nothing, since history is borne out by the meter. In whole watts: what rounding leaves goes one by one in
 * the order of the names, whatever the order of the claims.
 */
export function divide(spareWatts: number, claims: readonly Claim[]): Allotment[] {
  assert(claims.length <= claimLimits.claimsMax, 'so many operators are on no feeder')
  const ordered = [...claims].sort((a, b) => (a.operator < b.operator ? -1 : 1))
  for (const claim of ordered)
    assert(
      [claim.contractedWatts, claim.usedWatts, claim.fallbackWatts].every(
        (watts) => Number.isInteger(watts) && watts >= 0 && watts <= claimLimits.wattsMax,
      ),
      'claims are whole watts, within bounds',
    )
  const given = ordered.map(() => 0)
  let left = Math.max(
    0,
    Math.floor(Math.min(spareWatts, claimLimits.claimsMax * claimLimits.wattsMax)),
  )
  const rounds: ((claim: Claim) => number)[] = [
    (claim) => claim.fallbackWatts,
    (claim) => claim.usedWatts,
    (claim) => claim.contractedWatts,
  ]
  for (const wanted of rounds) {
    const wants = ordered.map((claim, at) =>
      Math.max(0, Math.min(claim.contractedWatts, wanted(claim)) - (given[at] ?? 0)),
    )
    const got = share(
      left,
      wants,
      ordered.map((claim) => claim.contractedWatts),
    )
    for (const [at, watts] of got.entries()) {
      given[at] = (given[at] ?? 0) + watts
      left -= watts
    }
  }
  return ordered.map(({ operator }, at) => ({ operator, watts: given[at] ?? 0 }))
}

/** Fills all at a rate of their weights, each up to what it wants, until the whole is used up. */
function share(whole: number, wants: readonly number[], weights: readonly number[]): number[] {
  const level = waterLevel(whole, wants, weights)
  // Whole numbers throughout: products of watts are exact, so the quotient's floor is.
  const got = wants.map((want, at) =>
    level === undefined
      ? want
      : Math.min(want, Math.floor((level.watts * (weights[at] ?? 0)) / level.weight)),
  )
  let left = Math.min(whole, sum(wants)) - sum(got)
  // Less than one watt each was cut off.
  while (left > 0)
    for (const [at, want] of wants.entries())
      if (left > 0 && (got[at] ?? 0) < want) {
        got[at] = (got[at] ?? 0) + 1
        left -= 1
      }
  return got
}

/** At how many watts for how much weight the whole is used up; `undefined` when all get what they want. */
function waterLevel(
  whole: number,
  wants: readonly number[],
  weights: readonly number[],
): { readonly watts: number; readonly weight: number } | undefined {
  const filled = wants
    .map((want, at) => ({ want, weight: weights[at] ?? 0 }))
    .filter(({ want }) => want > 0)
    .sort((a, b) => a.want / a.weight - b.want / b.weight)
  let watts = whole
  let weight = sum(filled.map((each) => each.weight))
  for (const each of filled) {
    if (each.want * weight >= watts * each.weight) return { watts, weight }
    watts -= each.want
    weight -= each.weight
  }
  return undefined
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
