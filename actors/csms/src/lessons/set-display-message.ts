import { learned } from '../core/facts.ts'
import { nothing, type Teaches } from './lesson.ts'

/** O01, O02, O06. */
export const setDisplayMessage: Teaches<'SetDisplayMessage'> = ({ message }, { status }) =>
  status === 'Accepted'
    ? { put: [learned('displayMessage', message.id, { ...message, reported: false })] }
    : nothing

/** O05. */
export const clearDisplayMessage: Teaches<'ClearDisplayMessage'> = ({ id }) => ({
  remove: [{ kind: 'displayMessage', keys: [String(id)] }],
})

/** H01. */
export const reserveNow: Teaches<'ReserveNow'> = (request, { status }, at) => {
  const { id, expiryDateTime, evseId = null, connectorType = null, idToken } = request
  const asked = { reservationId: id, expiryDateTime, evseId, connectorType, idToken }
  return { put: [learned('reservation', id, { ...asked, status, askedAt: at })] }
}

/** H02. */
export const cancelReservation: Teaches<'CancelReservation'> = ({ reservationId }, { status }) =>
  status === 'Accepted'
    ? { put: [learned('reservation', reservationId, { reservationId, status: 'Cancelled' })] }
    : nothing
