import { feederSumRules } from '@interlock/contract'
import { inMinutes } from '@interlock/kernel'
import { cellMin, type GroupRules } from '@interlock/privacy'

/**
 * What the sums of a street may tell. A street is smaller than the contract's groups, and lives a day in a minute: fewer
 * homes vouch for each other, against one that conspires with the operator, and each half-hour has one round.
 */
export const sumRules: GroupRules = {
  ...feederSumRules,
  honestMin: 3,
  coalitionMax: 1,
  roundMillis: inMinutes(30),
  roundsPerWindow: 1,
}

/** Of fewer chargers no sum is made: it would tell of one home. */
export const isSummed = (chargers: number): boolean => chargers >= cellMin(sumRules)
