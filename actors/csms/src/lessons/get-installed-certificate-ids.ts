import { certificateKey, learned, type Learned } from '../core/facts.ts'
import { nothing, type Teaches } from './lesson.ts'

/** M03: these are installed. Asked about every type, the station has no others. */
export const getInstalledCertificateIds: Teaches<'GetInstalledCertificateIds'> = (
  { certificateType },
  { status, certificateHashDataChain = [] },
  at,
) => {
  const chains = status === 'Accepted' ? certificateHashDataChain : []
  const put = chains.map((chain): Learned =>
    learned('certificate', certificateKey(chain.certificateHashData), {
      ...chain,
      installed: true,
      seenAt: at,
    }),
  )
  return certificateType === undefined ? { put, remove: [{ kind: 'certificate' }] } : { put }
}

/** M04. `NotFound` says that it is not there either. */
export const deleteCertificate: Teaches<'DeleteCertificate'> = (request, { status }) =>
  status === 'Failed'
    ? nothing
    : { remove: [{ kind: 'certificate', keys: [certificateKey(request.certificateHashData)] }] }

/** M05: which one it is the station says when it is asked; how the request came out is kept. */
export const installCertificate: Teaches<'InstallCertificate'> = (request, { status }, at) => {
  const { certificateType } = request
  const asked = { request: 'InstallCertificate', certificateType, status, at }
  return { put: [learned('certificateRequest', `install/${certificateType}`, asked)] }
}

/** A02. */
export const certificateSigned: Teaches<'CertificateSigned'> = (request, { status }, at) => {
  const { certificateType = 'ChargingStationCertificate' } = request
  const asked = { request: 'CertificateSigned', certificateType, status, at }
  return { put: [learned('certificateRequest', `signed/${certificateType}`, asked)] }
}
