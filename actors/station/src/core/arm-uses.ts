import { limits } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'
import type { Charger } from './charger.ts'
import type { Memory, StoredArmUse } from './memory.ts'

type Uses = Memory['armUses']

/**
 * The uses with one more. What was used two windows ago is forgotten: an arm was in its window when it was
 * used, and no device takes one after its end.
 */
export function withUse(uses: Uses, arm: string, use: StoredArmUse): Uses {
  const oldest = use.lastAt - 2 * limits.armWindowMillisMax
  const recent = Object.entries(uses).filter(([, { lastAt }]) => lastAt >= oldest)
  return { ...Object.fromEntries(recent), [arm]: use }
}

/** Arms whose change is over between `before` and `after`, without a command that says so. */
export function returning(before: readonly Charger[], after: Charger, uses: Uses): string[] {
  const standing = standingOn(after)
  const ended = before.flatMap(standingOn).filter((arm) => !standing.includes(arm))
  return [...new Set(ended)].filter((arm) => uses[arm]?.changes === 1)
}

/**
 * The uses after those arms have returned. What an arm has moved comes back when its relief or override
 * ends, whatever ended it; that is the second of the two swings the arm was charged for.
 */
export function returned(uses: Uses, arms: readonly string[], now: Instant): Uses {
  const spent: StoredArmUse = { changes: 2, lastAt: now }
  return { ...uses, ...Object.fromEntries(arms.map((arm) => [arm, spent])) }
}

/** Digests of the arms on which something stands. */
const standingOn = ({ override, switched, response, dispatch }: Charger): string[] =>
  [override, switched, response, dispatch].flatMap((each) => each?.reference ?? [])
