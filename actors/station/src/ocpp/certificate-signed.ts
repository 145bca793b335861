import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** What becomes of a certificate that arrives; `undefined` when it was taken. */
export type AcceptCertificate = (chainPem: string, customData: unknown) => string | undefined

/** A02/A03. A certificate nobody asked for, or for another key, is refused (A02.FR.06). */
export const certificateSigned =
  (station: Station, accept: AcceptCertificate): Handler<'CertificateSigned'> =>
  (request) => {
    const refusal = accept(request.certificateChain, request.customData)
    if (refusal === undefined) return { status: 'Accepted' }
    station.reports.security('InvalidChargingStationCertificate', refusal)
    return { status: 'Rejected', statusInfo: { reasonCode: refusal } }
  }
