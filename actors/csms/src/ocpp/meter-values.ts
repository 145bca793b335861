import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { keyAt, learned } from '../core/facts.ts'
import { currentOf } from '../core/running.ts'
import { samplesOf } from '../core/samples.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** J01: what the station measures outside transactions; the latest ones are kept. */
export const meterValues =
  (context: Context, sender: Sender): Handler<'MeterValues'> =>
  async (request) => {
    const { evseId, meterValue } = request
    const key = keyAt(context.deps.clock.now(), crypto.randomUUID())
    await note(context, sender.stationId, learned('meterValues', key, { evseId, meterValue }))
    const view = context.views.get(sender.stationId)
    const samples = samplesOf(request.meterValue)
    if (view !== undefined) {
      view.hertz = samples.hertz ?? view.hertz
      const running = currentOf(view)
      // The grid's meter (EVSE 0), or another EVSE's, says nothing of the transaction that is shown.
      if (running === undefined || evseId === (running.evseId?.value ?? view.record.evse)) {
        view.powerWatts = samples.powerWatts ?? view.powerWatts
        view.meterWattHours = samples.registerWattHours ?? view.meterWattHours
      }
    }
    context.hooks.metered(sender.stationId, evseId, meterValue)
    context.hooks.forward(sender.stationId, 'MeterValues', request)
    return {}
  }
