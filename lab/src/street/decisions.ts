import { createHash } from 'node:crypto'
import type { Decision } from '@interlock/contract'

/**
 * One digest over what every station decided: the multiset of (station, world time, action,
 * set-point, delay, decision, reason). Two runs that decide alike have one digest, in whatever order
 * the machine happened to do the work.
 */
export function decisionsDigest(decisions: readonly Decision[]): string {
  const lines = decisions.map((each) =>
    JSON.stringify([
      each.station,
      each.at,
      each.action,
      each.setPointWatts ?? null,
      each.delaySeconds ?? null,
      each.decision,
      each.reason ?? null,
    ]),
  )
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex')
}
