import { learned, tokenKey, type Lesson } from '../core/facts.ts'
import { shownUrl } from '../core/secret-variables.ts'
import { nothing, type Teaches } from './lesson.ts'

/** N01: the file's name comes in the answer, how its upload went in notifications. */
export const getLog: Teaches<'GetLog'> = ({ requestId, logType }, { status, filename }, at) => ({
  put: [
    learned('log', requestId, {
      requestId,
      logType,
      status,
      filename: filename ?? null,
      askedAt: at,
    }),
  ],
})

/** L01. */
export const updateFirmware: Teaches<'UpdateFirmware'> = (request, { status }, at) => {
  const { requestId, firmware } = request
  const { retrieveDateTime, installDateTime = null } = firmware
  const location = shownUrl(firmware.location)
  const asked = { requestId, requestStatus: status, location, retrieveDateTime, installDateTime }
  return { put: [learned('firmware', requestId, { ...asked, askedAt: at })] }
}

/** L03, L04. */
export const publishFirmware: Teaches<'PublishFirmware'> = (request, { status }, at) => {
  const { requestId, checksum } = request
  const location = shownUrl(request.location)
  const asked = {
    requestId,
    published: true,
    requestStatus: status,
    location,
    checksum,
    askedAt: at,
  }
  return { put: [learned('firmware', `published/${requestId}`, asked)] }
}
export const unpublishFirmware: Teaches<'UnpublishFirmware'> = ({ checksum }, { status }, at) => ({
  put: [learned('firmware', `unpublished/${checksum}`, { checksum, requestStatus: status, at })],
})

/** N09, N10: a person whose data was cleared is no longer on the station's list (N10.FR.02). */
export const customerInformation: Teaches<'CustomerInformation'> = (request, { status }, at) => {
  const { requestId, report, clear, idToken } = request
  const asked = { requestId, report, clear, status, askedAt: at }
  const put = [learned('customerInformation', requestId, asked)]
  const cleared: Lesson =
    clear && status === 'Accepted' && idToken !== undefined
      ? { remove: [{ kind: 'localListEntry', keys: [tokenKey(idToken)] }] }
      : nothing
  return { put, ...cleared }
}
