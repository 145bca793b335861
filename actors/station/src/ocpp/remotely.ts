import { limits } from '@interlock/contract'
import type { Accepted } from '@interlock/gate'
import { instant } from '@interlock/kernel'
import { onConsent } from '../core/authorisation.ts'
import type { Override } from '../core/charger.ts'
import type { Occurrence } from '../core/transaction.ts'
import type { MemoryChange } from '../core/memory.ts'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'

type Remote = 'RequestStartTransaction' | 'RequestStopTransaction'

/** An arm and its trigger have met: the owner's word or the supplier's, for as long as the arm stands. */
export function remotely(
  station: Station,
  action: Remote,
  accepted: Accepted,
  change: MemoryChange['set'] = {},
): void {
  const { keeper, records } = station
  const owners = accepted.arm?.use !== 'supplied'
  if (owners) override(station, action, accepted, change)
  else switchLoad(station, action, accepted, change)
  const { watts, pending } = keeper.memory.charger.applied
  records.decide({
    action,
    decision: 'applied',
    setPointWatts: watts,
    delaySeconds: pending?.delaySeconds ?? 0,
    ...(owners ? { reason: 'ConsumerOverride' } : {}),
    ...secondOf(accepted),
  })
  records.publish({ kind: 'trigger', data: { action, arm: accepted.reference } })
}

/**
 * The supplier's word: with the random delay, and under the owner's. What returns an arm ends what it
 * began: the load goes back to its schedule.
 */
function switchLoad(
  station: Station,
  action: Remote,
  { arm, armUse, ceilingWatts, reference }: Accepted,
  change: MemoryChange['set'],
): void {
  const { keeper, charging, deps, ratings } = station
  const starts = action === 'RequestStartTransaction'
  const limitWatts = starts ? (ceilingWatts ?? ratings.ratingWatts) : 0
  const until = arm?.until ?? deps.clock.now()
  const { switched: _, ...charger } = keeper.memory.charger
  const begun = armUse?.kind === 'change' ? { switched: { limitWatts, until, reference } } : {}
  charging.update(
    { ...change, charger: { ...charger, ...begun } },
    { trigger: starts ? 'RemoteStart' : 'RemoteStop' },
  )
}

/** The owner's word from afar. */
function override(
  station: Station,
  action: Remote,
  accepted: Accepted,
  change: MemoryChange['set'],
): void {
  const { keeper, charging, deps, ratings } = station
  const now = deps.clock.now()
  const starts = action === 'RequestStartTransaction'
  const longest = now + limits.overrideMillisMax
  const next: Override = {
    action: starts ? 'charge' : 'stop',
    limitWatts: starts ? (accepted.ceilingWatts ?? ratings.ratingWatts) : 0,
    until: instant(Math.min(longest, accepted.arm?.until ?? longest)),
    by: 'arm',
    reference: accepted.reference,
  }
  const { switched: _, ...charger } = keeper.memory.charger
  const authorisation =
    starts && charger.vehicle !== undefined
      ? onConsent(charger.authorisation, 'arm')
      : charger.authorisation
  const occurrence: Occurrence = { trigger: starts ? 'RemoteStart' : 'RemoteStop' }
  charging.update({ ...change, charger: { ...charger, authorisation, override: next } }, occurrence)
}
