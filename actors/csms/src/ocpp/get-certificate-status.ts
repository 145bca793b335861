import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/** M06: this CSMS asks no responder on behalf of a station, and says so. */
export const getCertificateStatus =
  (context: Context, { stationId }: Sender): Handler<'GetCertificateStatus'> =>
  ({ ocspRequestData: { serialNumber } }) => {
    context.audit.record('CertificateStatusAsked', { station: stationId, serialNumber })
    return { status: 'Failed', statusInfo: { reasonCode: 'NoResponder' } }
  }
