import { fallbackLimitVariable } from '@interlock/contract'
import { instant, type Instant, type StationId } from '@interlock/kernel'
import { isAccepted, type Commands } from '../commands.ts'
import type { Context } from '../context.ts'
import { attributeKey } from '../core/facts.ts'
import { nextWindow } from '../planner/over-budget.ts'
import type { CapacityGroup } from './capacity-book.ts'
import type { FeederPlanner } from './feeder-planner.ts'

export type FallbackLimits = {
  /** Gives each station that is there its part of the fallback, unless it has that. One call at a time. */
  ensure(group: CapacityGroup): Promise<void>
}

const { component, variable } = fallbackLimitVariable
/** A part that has grown by less is not worth a step of the budget; one that has shrunk always is. */
const growthMin = 1.1

/**
 * Keeps at every station what it may draw when nobody is heard: a setting that the supervisor has
 * countersigned and its ledger was charged for, and that has no end. What cannot be set now is asked for
 * again when a block begins; past the budget, when its next window does.
 */
export function createFallbackLimits(
  context: Context,
  commands: Commands,
  planner: Pick<FeederPlanner, 'shares'>,
): FallbackLimits {
  const held = new Map<StationId, number>()

  const heldBy = async (station: StationId): Promise<number | undefined> => {
    const known = held.get(station)
    if (known !== undefined) return known
    const key = attributeKey({ name: component }, { name: variable })
    const value = (await context.known.find(station, 'variable', key))?.value['value']
    return typeof value === 'string' ? Number(value) : undefined
  }
  let pausedUntil: Instant = instant(0)
  const set = async (stationId: StationId, watts: number): Promise<boolean> => {
    const outcome = await commands.send({
      stationId,
      action: 'SetVariables',
      evse: 0,
      effectFrom: context.deps.clock.now(),
      payload: {
        setVariableData: [
          {
            attributeValue: String(watts),
            component: { name: component },
            variable: { name: variable },
          },
        ],
      },
    })
    // All ask for the same step, so the others would be refused as well.
    if (outcome.reason === 'BudgetExceeded') pausedUntil = nextWindow(context.deps.clock.now())
    const { setVariableResult: [result] = [] } = (outcome.response ?? {}) as {
      setVariableResult?: { attributeStatus: string }[]
    }
    return isAccepted(outcome) && result?.attributeStatus === 'Accepted'
  }

  return {
    async ensure(group) {
      for (const [id, watts] of planner.shares(group)) {
        const station = id as StationId
        const view = context.views.get(station)
        if (context.deps.clock.now() < pausedUntil) return
        if (view?.connected !== true || view.identifiedBy !== 'certificate') continue
        const now = await heldBy(station)
        if (now !== undefined && watts >= now && watts < now * growthMin) continue
        if (now === watts) continue
        if (await set(station, watts)) held.set(station, watts)
      }
    },
  }
}
