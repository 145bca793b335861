import { limits } from '@interlock/contract'
import { instant, type Instant } from '@interlock/kernel'

/** By organisation, until when its joins of one topic are spoken for; plain data. */
export type JoinPace = Readonly<Record<string, Instant>>

/**
 * Counts a join of an organisation: `joinsAtOnceMax` at once, and from then on one each `joinAgainMillis`. Each can be
 * followed by a leave, and both end an epoch, whose keys the others have to keep.
 * @returns `undefined` when it has joined too often
 */
export function paceJoin(pace: JoinPace, organisation: string, now: Instant): JoinPace | undefined {
  const latest = now + limits.joinsAtOnceMax * limits.joinAgainMillis
  // A clock that was set back makes nobody wait for longer.
  const spoken = Math.min(Math.max(pace[organisation] ?? now, now), latest)
  if (spoken + limits.joinAgainMillis > latest) return undefined
  const others = Object.entries(pace).filter(([, until]) => until > now)
  return {
    ...Object.fromEntries(others),
    [organisation]: instant(spoken + limits.joinAgainMillis),
  }
}
