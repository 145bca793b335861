import type { LinkMessage } from '@interlock/contract'
import { respond, returnFrom } from '@interlock/gate'
import { instant } from '@interlock/kernel'
import { withUse } from './core/arm-uses.ts'
import { gateState, heldArms } from './gate-state.ts'
import type { Station } from './station.ts'

type Respond = Extract<LinkMessage, { kind: 'respond' }>
type Restore = Extract<LinkMessage, { kind: 'restore' }>

/** A meter that has not been read yet agrees with nobody. */
const noReading = { at: instant(0), hertz: Number.NaN }

/**
 * The LLCS says that the grid needs help. The charger acts without delay, if curve, pre-authorised
 * arm and both readings agree; otherwise the reason is the answer.
 */
export function onRespond(station: Station, signal: Respond): string | undefined {
  const { keeper, deps, records, charging, moment } = station
  const { memory } = keeper
  const now = deps.clock.now()
  const { charger, curve } = memory
  const running = charger.response?.reference === signal.digest ? charger.response : undefined
  const verdict = respond(
    {
      ...(curve === undefined
        ? {}
        : { curve: { organisation: curve.originator, curve: curve.curve } }),
      arms: heldArms(memory, deps.crypto),
      signal: {
        digest: signal.digest,
        hertz: signal.hertz,
        measuredAt: instant(signal.measuredAt),
        until: instant(signal.until),
      },
      reading:
        moment.reading === undefined
          ? noReading
          : { at: instant(moment.reading.at), hertz: moment.reading.hertz },
      ...(running === undefined ? {} : { since: running.from }),
    },
    gateState(memory, station.standing(), now),
    now,
  )
  const about = { action: 'Respond', second: 'response', reference: signal.digest } as const
  if (!verdict.ok) {
    records.decide({ ...about, decision: 'refused', reason: verdict.reason })
    station.reports.refusal(verdict.reason, verdict.detail ?? 'response')
    return verdict.reason
  }
  records.before('Response', { arm: signal.digest, hertz: signal.hertz, percent: verdict.percent })
  const use = verdict.armUse
  // While a response runs its ceiling only falls: what it gives back comes later, spread out.
  const ceilingWatts = Math.min(
    Math.floor(verdict.ceilingWatts),
    running?.ceilingWatts ?? Number.POSITIVE_INFINITY,
  )
  const response = {
    ceilingWatts,
    from: running?.from ?? now,
    until: verdict.until,
    reference: signal.digest,
  }
  const armUses =
    use === undefined
      ? memory.armUses
      : withUse(memory.armUses, use.digest, { changes: 1, lastAt: now })
  charging.update({ charger: { ...charger, response }, armUses })
  records.decide({
    ...about,
    originator: verdict.arm.originator,
    decision: 'applied',
    setPointWatts: keeper.memory.charger.applied.watts,
    delaySeconds: 0,
    reason: 'ResponseService',
  })
  records.publish({ kind: 'response', data: { hertz: signal.hertz, ceilingWatts } })
  if (use !== undefined) station.tellLlcs({ kind: 'used', digest: use.digest, change: 'change' })
  return undefined
}

/** The grid has recovered: the load comes back, a minute after the change at the earliest. */
export function onRestore(station: Station, { digest }: Restore): string | undefined {
  const { keeper, deps, charging, records } = station
  const { charger, armUses } = keeper.memory
  const { response } = charger
  if (response?.reference !== digest) return undefined
  const now = deps.clock.now()
  const uses = armUses[digest] ?? { changes: 1, lastAt: now }
  // An LLCS that does not know whether it was heard says it again.
  if (uses.changes > 1) return undefined
  const until = instant(Math.min(response.until, Math.max(now, returnFrom(uses))))
  charging.update({
    charger: { ...charger, response: { ...response, until } },
    armUses: withUse(armUses, digest, { changes: 2, lastAt: now }),
  })
  records.publish({ kind: 'response', reason: 'Restored' })
  station.tellLlcs({ kind: 'used', digest, change: 'return' })
  return undefined
}
