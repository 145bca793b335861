import { instant, plus, inMinutes, toIso, type Outcome, refused } from '@interlock/kernel'
import { refuse, type Context, type Member } from '../context.ts'
import { baselineWatts } from './baseline.ts'
import { send } from './commands.ts'

export type Dispatch = { readonly percent: number; readonly minutes: number }

/** Above the CSMS's own profile, which comes back into force when this one ends. */
const stackLevel = 1
const profileId = 2

/**
 * A call for what no local quantity reveals: a limit for a time, under the pre-authorisation the LLCS
 * has passed to the station. It is gated like any trigger.
 */
export async function dispatch(
  context: Context,
  member: Member,
  { percent, minutes }: Dispatch,
): Promise<Outcome<void, string>> {
  const { holding, transactionId } = member
  const now = context.deps.clock.now()
  if (holding === undefined || holding.until <= now) return refused('NotArmed', 'not enrolled')
  const from = instant(Math.floor(now / 1000) * 1000)
  const until = plus(from, inMinutes(minutes))
  const outcome = await send(context, member, {
    action: 'SetChargingProfile',
    armDigest: holding.digest,
    payload: {
      evseId: member.evse,
      chargingProfile: {
        id: profileId,
        stackLevel,
        chargingProfilePurpose: transactionId === undefined ? 'TxDefaultProfile' : 'TxProfile',
        chargingProfileKind: 'Absolute',
        ...(transactionId === undefined ? {} : { transactionId }),
        chargingSchedule: [
          {
            id: profileId,
            startSchedule: toIso(from),
            duration: (until - from) / 1000,
            chargingRateUnit: 'W',
            chargingSchedulePeriod: [
              { startPeriod: 0, limit: Math.floor((member.ratingWatts * percent) / 100) },
            ],
          },
        ],
      },
    },
  })
  if (outcome.ok) {
    const asked = { percent, until: toIso(until) }
    const known = context.heard?.halfHours.of(member.eui) ?? []
    // What the call has moved is told against what would have been used; later it would be what was used.
    const baseline = baselineWatts(known, from) ?? null
    context.audit.record('Dispatched', { station: member.stationId, ...asked, baseline })
    context.tell({
      kind: 'trigger',
      station: member.stationId,
      data: { action: 'SetChargingProfile', ...asked },
    })
  } else refuse(context, member, 'SetChargingProfile', outcome.reason, outcome.detail)
  return outcome
}
