import { limits } from '@interlock/contract'
import type { Accepted } from '@interlock/gate'
import { instant } from '@interlock/kernel'
import { onConsent } from '../core/authorisation.ts'
import type { Override } from '../core/charger.ts'
import type { Occurrence } from '../core/transaction.ts'
import type { MemoryChange } from '../core/memory.ts'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'

/** The owner's word from afar: an arm and its trigger have met, and it ends with the arm. */
export function overrideFromAfar(
  station: Station,
  action: 'RequestStartTransaction' | 'RequestStopTransaction',
  accepted: Accepted,
  change: MemoryChange['set'] = {},
): void {
  const { keeper, charging, records, deps, ratings } = station
  const now = deps.clock.now()
  const starts = action === 'RequestStartTransaction'
  const longest = now + limits.overrideMillisMax
  const override: Override = {
    action: starts ? 'charge' : 'stop',
    limitWatts: starts ? (accepted.ceilingWatts ?? ratings.ratingWatts) : 0,
    until: instant(Math.min(longest, accepted.arm?.until ?? longest)),
    by: 'arm',
    reference: accepted.reference,
  }
  const { charger } = keeper.memory
  const authorisation =
    starts && charger.vehicle !== undefined
      ? onConsent(charger.authorisation, 'arm')
      : charger.authorisation
  const occurrence: Occurrence = { trigger: starts ? 'RemoteStart' : 'RemoteStop' }
  charging.update({ ...change, charger: { ...charger, authorisation, override } }, occurrence)
  records.decide({
    action,
    decision: 'applied',
    setPointWatts: keeper.memory.charger.applied.watts,
    delaySeconds: 0,
    reason: 'ConsumerOverride',
    ...secondOf(accepted),
  })
  records.publish({ kind: 'trigger', data: { action, arm: accepted.reference } })
}
