import { vendorId } from '@interlock/contract'
import { Fault, inHours, instant, plus, toIso, type Instant, type Outcome } from '@interlock/kernel'
import { refuse, type Context, type Member } from '../context.ts'
import { send } from './commands.ts'
import { preAuthorise } from './pre-authorise.ts'

/** A holding that ends sooner than this is renewed. */
const renewMillis = 10 * 60_000

export const isHeld = (member: Member, now: Instant): boolean =>
  member.holding !== undefined &&
  member.holding.curveStored &&
  member.holding.until > now + renewMillis

/**
 * Makes an EVSE ready to respond: a pre-authorisation at its LLCS and the countersigned curve at the
 * station, for the same window. Both ledgers charge each in full, whenever it is used. What is there
 * already is not done again.
 */
export async function hold(context: Context, member: Member): Promise<boolean> {
  try {
    const arm = await armed(context, member)
    if (!arm) return false
    if (member.holding?.curveStored === true) return true
    return await curve(context, member)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    refuse(context, member, 'Enrolment', cause.code, cause.message)
    return false
  }
}

async function armed(context: Context, member: Member): Promise<boolean> {
  const now = context.deps.clock.now()
  if (member.holding !== undefined && member.holding.until > now + renewMillis) return true
  member.holding = undefined
  const from = instant(Math.floor(now / 1000) * 1000)
  const window = { from, until: plus(from, inHours(context.config.response.holdHours)) }
  const arm = await preAuthorise(context, member, window)
  if (!arm.ok) {
    refuse(context, member, 'LimitAPCLevel', arm.reason, arm.detail)
    return false
  }
  await keep(context, member, { digest: arm.value.digest, ...window, curveStored: false })
  context.tell({
    kind: 'arm',
    station: member.stationId,
    data: { digest: arm.value.digest, use: 'response', until: toIso(window.until) },
  })
  return true
}

async function curve(context: Context, member: Member): Promise<boolean> {
  const { holding } = member
  if (holding === undefined) return false
  const { points, deadbandHertz, durationMillisMax } = context.config.response
  const outcome: Outcome<void, string> = await send(context, member, {
    action: 'DataTransfer',
    payload: {
      vendorId,
      messageId: 'FrequencyCurve',
      data: {
        evse: member.evse,
        direction: 'import',
        points,
        deadbandHertz,
        from: toIso(holding.from),
        until: toIso(holding.until),
        durationMillisMax,
      },
    },
  })
  if (!outcome.ok) {
    refuse(context, member, 'FrequencyCurve', outcome.reason, outcome.detail)
    return false
  }
  member.refused = undefined
  await keep(context, member, { ...holding, curveStored: true })
  context.audit.record('CurveStored', { station: member.stationId, digest: holding.digest })
  return true
}

async function keep(
  context: Context,
  member: Member,
  holding: NonNullable<Member['holding']>,
): Promise<void> {
  await context.store.putHolding(member.stationId, holding)
  member.holding = holding
}
