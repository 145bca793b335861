import { fallbackLimitVariable } from '@interlock/contract'
import { instant, type Instant, type StationId } from '@interlock/kernel'
import type { Request, Response } from '@interlock/ocpp'
import { isAccepted, type CommandOutcome, type Commands } from '../commands.ts'
import type { Context, Session } from '../context.ts'
import { nextWindow } from '../planner/over-budget.ts'
import type { CapacityGroup } from './capacity-book.ts'
import type { FeederPlanner } from './feeder-planner.ts'

export type FallbackLimits = {
  /** Gives each station that is there its part of the fallback, unless it has that. One call at a time. */
  ensure(group: CapacityGroup): Promise<void>
}

const { component, variable } = fallbackLimitVariable
const setting = { component: { name: component }, variable: { name: variable } }
/** A part that has grown by less is not worth a step of the budget; one that has shrunk always is. */
const growthMin = 1.1

/**
 * Keeps at every station what it may draw when nobody is heard: a setting that the supervisor has
 * countersigned and its ledger was charged for, and that has no end. What cannot be set now is asked for
 * again when a block begins; past the budget, when its next window does.
 *
 * What a station holds is its own word, asked for once in each of its sessions: what was sent to it before a restart, of
 * either side, or without an answer may not be there, and of all together no more may be than the feeder bears.
 */
export function createFallbackLimits(
  context: Context,
  commands: Pick<Commands, 'send'>,
  planner: Pick<FeederPlanner, 'shares'>,
): FallbackLimits {
  /** Undefined where the station has no such setting that could be read. */
  type Held = { readonly session: Session; readonly watts: number | undefined }
  const held = new Map<StationId, Held>()
  let pausedUntil: Instant = instant(0)

  /** What it holds; undefined when it does not say. */
  const heldBy = async (stationId: StationId, session: Session): Promise<Held | undefined> => {
    const known = held.get(stationId)
    if (known?.session === session) return known
    const outcome = await send(stationId, 'GetVariables', { getVariableData: [setting] })
    const { getVariableResult: [result] = [] } = (outcome.response ?? {}) as Partial<
      Response<'GetVariables'>
    >
    if (!isAccepted(outcome) || result === undefined) return undefined
    const told = { session, watts: wattsIn(result) }
    held.set(stationId, told)
    return told
  }
  const send = <A extends 'GetVariables' | 'SetVariables'>(
    stationId: StationId,
    action: A,
    payload: Request<A>,
  ): Promise<CommandOutcome> => {
    const effectFrom = context.deps.clock.now()
    return commands.send({ stationId, action, evse: 0, effectFrom, payload })
  }
  const set = async (stationId: StationId, session: Session, watts: number): Promise<void> => {
    const setVariableData = [{ attributeValue: String(watts), ...setting }]
    const outcome = await send(stationId, 'SetVariables', { setVariableData })
    // All ask for the same step, so the others would be refused as well.
    if (outcome.reason === 'BudgetExceeded') pausedUntil = nextWindow(context.deps.clock.now())
    const { setVariableResult: [result] = [] } = (outcome.response ?? {}) as Partial<
      Response<'SetVariables'>
    >
    const isSet = isAccepted(outcome) && result?.attributeStatus === 'Accepted'
    if (isSet) held.set(stationId, { session, watts })
    // It may have set it for all that: it is asked again.
    else if (outcome.status !== 'Refused') held.delete(stationId)
  }

  return {
    async ensure(group) {
      for (const [id, watts] of planner.shares(group)) {
        const station = id as StationId
        const [view, session] = [context.views.get(station), context.sessions.get(station)]
        if (context.deps.clock.now() < pausedUntil) return
        if (view?.connected !== true || view.identifiedBy !== 'certificate') continue
        const told = session && (await heldBy(station, session))
        if (session === undefined || told === undefined) continue
        const now = told.watts
        if (now !== undefined && watts >= now && watts < now * growthMin) continue
        if (now === watts) continue
        await set(station, session, watts)
      }
    },
  }
}

function wattsIn({
  attributeStatus,
  attributeValue = '',
}: Response<'GetVariables'>['getVariableResult'][number]): number | undefined {
  const isNumber = attributeStatus === 'Accepted' && /^\d{1,9}(\.\d{1,9})?$/.test(attributeValue)
  return isNumber ? Number(attributeValue) : undefined
}
