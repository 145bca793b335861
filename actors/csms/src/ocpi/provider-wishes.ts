import type { Instant } from '@interlock/kernel'
import { ownerName } from '@interlock/ocpi'
import { toChargingProfile, type Schedule } from '@interlock/power'
import { isAccepted, type CommandOutcome, type Commands } from '../commands.ts'
import { remainingOf, underWish, type Wish } from '../core/wish.ts'
import type { StationView } from '../core/view.ts'
import { profileId as plannersId } from '../planner/planner.ts'
import type { RoamingDesk } from './roaming.ts'
import type { SessionPlace } from './session-place.ts'

/** Beside the planner's own, which stays beneath it. */
const profileId = 2
const stackLevel = 1

type Kept = Pick<RoamingDesk, 'context' | 'objects' | 'us'>
type Place = Omit<SessionPlace, 'party' | 'isActive'>
type Outcome = CommandOutcome | { readonly status: 'Unknown' }

/**
 * On a feeder that its operator limits, of two profiles of one purpose the higher would hide the plan that keeps to
 * that limit. There a wish is no profile: it lowers the plan's own, now and whenever the plan is made anew.
 */
const planIn = ({ context }: Kept, { stationId }: Place): StationView | undefined => {
  const view = context.views.get(stationId)
  const groups = context.config.oscp?.operators.flatMap((each) => each.groups) ?? []
  const isLimited = groups.some(({ feeder }) => feeder === view?.record.feeder)
  return view?.record.trust === 'supervised' && isLimited ? view : undefined
}
const nameOf = ({ us }: Kept, { stationId }: Place) => ({
  module: 'wishes',
  owner: ownerName(us),
  id: stationId,
})

/** Asks the station for no more than that in the session, and on no account for more than its plan has. */
export async function setWish(
  desk: Kept,
  commands: Commands,
  place: Place,
  schedule: Schedule,
  now: Instant,
): Promise<Outcome> {
  const { stationId, transactionId, evse } = place
  const view = planIn(desk, place)
  if (view !== undefined)
    return await lowerPlan(desk, commands, place, view, { transactionId, schedule }, now)
  const options = { id: profileId, purpose: 'TxProfile', stackLevel, transactionId } as const
  return await commands.send({
    stationId,
    action: 'SetChargingProfile',
    evse,
    effectFrom: now,
    payload: { evseId: evse, chargingProfile: toChargingProfile(schedule, options) },
  })
}

async function lowerPlan(
  desk: Kept,
  commands: Commands,
  place: Place,
  view: StationView,
  wish: Wish,
  now: Instant,
): Promise<CommandOutcome> {
  const { stationId, transactionId, evse } = place
  const isPlanned = view.transaction?.id === transactionId && view.record.evse === evse
  const held = isPlanned && view.schedule ? remainingOf(view.schedule, now) : undefined
  if (held === undefined) return { status: 'Refused', reason: 'NotPlanned' }
  const schedule = underWish(held, wish.schedule)
  const before = view.wish
  // A plan that is made meanwhile keeps to it as well.
  view.wish = wish
  const options = { id: plannersId, purpose: 'TxProfile', transactionId } as const
  const outcome = await commands.send({
    stationId,
    action: 'SetChargingProfile',
    evse,
    effectFrom: now,
    payload: { evseId: evse, chargingProfile: toChargingProfile(schedule, options) },
  })
  if (!isAccepted(outcome)) {
    if (view.wish === wish) view.wish = before
    return outcome
  }
  await desk.objects.put({ ...nameOf(desk, place), lastUpdated: now, object: wish })
  if (view.transaction?.id === transactionId) {
    view.schedule = schedule
    await desk.context.kept.putSchedule(stationId, { transactionId, schedule })
  }
  return outcome
}

/** Takes the wish back; where it lowered a plan, the session is planned anew. */
export async function clearWish(
  desk: Kept,
  commands: Commands,
  place: Place,
  now: Instant,
): Promise<Outcome> {
  const { stationId, evse, transactionId } = place
  const view = planIn(desk, place)
  if (view === undefined)
    return await commands.send({
      stationId,
      action: 'ClearChargingProfile',
      evse,
      effectFrom: now,
      payload: { chargingProfileId: profileId },
    })
  if (view.wish?.transactionId !== transactionId) return { status: 'Unknown' }
  view.wish = undefined
  await desk.objects.remove(nameOf(desk, place))
  desk.context.hooks.replan(stationId)
  return { status: 'Accepted' }
}

/** After a restart plans are lowered by what was wished for before. */
export async function restoreWishes(desk: Kept): Promise<void> {
  for (const [stationId, view] of desk.context.views) {
    const { transaction } = view
    if (transaction === undefined) continue
    const place = { stationId, transactionId: transaction.id, evse: view.record.evse }
    const wish = (await desk.objects.find(nameOf(desk, place))) as Wish | undefined
    if (wish?.transactionId === transaction.id) view.wish = wish
  }
}
