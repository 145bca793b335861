import { learned } from '../core/facts.ts'
import { shownUrl } from '../core/secret-variables.ts'
import type { Teaches } from './lesson.ts'

/** G03, G04: what was asked of the station, an EVSE or a connector, and how it came out. */
export const changeAvailability: Teaches<'ChangeAvailability'> = (request, { status }, at) => {
  const { operationalStatus, evse } = request
  const place = { evseId: evse?.id ?? 0, connectorId: evse?.connectorId ?? null }
  const key = `${place.evseId}/${place.connectorId ?? ''}`
  return { put: [learned('availability', key, { ...place, operationalStatus, status, at })] }
}

/** E14. */
export const getTransactionStatus: Teaches<'GetTransactionStatus'> = (request, response, at) => {
  const { transactionId = null } = request
  const { ongoingIndicator = null, messagesInQueue } = response
  const said = { transactionId, ongoingIndicator, messagesInQueue, at }
  return { put: [learned('transactionStatus', transactionId ?? 'all', said)] }
}

/** B09: the password of a VPN or access point is nobody's to read. */
export const setNetworkProfile: Teaches<'SetNetworkProfile'> = (request, { status }, at) => {
  const { configurationSlot, connectionData } = request
  const { vpn: _vpn, apn: _apn, customData: _custom, ...open } = connectionData
  const ocppCsmsUrl = shownUrl(open.ocppCsmsUrl)
  const profile = { configurationSlot, connectionData: { ...open, ocppCsmsUrl }, status, at }
  return { put: [learned('networkProfile', configurationSlot, profile)] }
}

/** P01. */
export const dataTransfer: Teaches<'DataTransfer'> = ({ vendorId, messageId }, { status }, at) => ({
  put: [
    learned('dataTransfer', `${vendorId}/${messageId ?? ''}`, {
      vendorId,
      messageId: messageId ?? null,
      status,
      at,
    }),
  ],
})
