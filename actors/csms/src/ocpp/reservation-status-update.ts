import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** H04: the station ended a reservation by itself. */
export const reservationStatusUpdate =
  (context: Context, { stationId }: Sender): Handler<'ReservationStatusUpdate'> =>
  async ({ reservationId, reservationUpdateStatus: status }) => {
    await note(context, stationId, learned('reservation', reservationId, { reservationId, status }))
    context.audit.record('Reservation', { station: stationId, status })
    context.hooks.reservationEnded(stationId, reservationId)
    return {}
  }
