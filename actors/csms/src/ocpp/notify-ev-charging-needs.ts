import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** K15.FR.03: the needs are on file; a profile for them follows when the planner has one. */
export const notifyEvChargingNeeds =
  (context: Context, { stationId }: Sender): Handler<'NotifyEVChargingNeeds'> =>
  async ({ evseId, maxScheduleTuples, chargingNeeds }) => {
    const needs = { evseId, maxScheduleTuples: maxScheduleTuples ?? null, chargingNeeds }
    await note(context, stationId, learned('evCharging', evseId, needs))
    context.hooks.replan(stationId)
    return { status: 'Processing' }
  }
