import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { samplesOf } from '../core/samples.ts'
import type { Sender } from './handlers.ts'

/** J01: what the station measures outside transactions; kept as the latest only. */
export const meterValues =
  (context: Context, sender: Sender): Handler<'MeterValues'> =>
  (request) => {
    const view = context.views.get(sender.stationId)
    const samples = samplesOf(request.meterValue)
    if (view !== undefined) {
      view.powerWatts = samples.powerWatts ?? view.powerWatts
      view.meterWattHours = samples.registerWattHours ?? view.meterWattHours
      view.hertz = samples.hertz ?? view.hertz
    }
    context.hooks.forward(sender.stationId, 'MeterValues', request)
    return {}
  }
