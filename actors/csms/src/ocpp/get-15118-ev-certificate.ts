import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/** M01, M02: contracts of cars are with no provider that this CSMS knows. */
export const get15118EvCertificate =
  (context: Context, { stationId }: Sender): Handler<'Get15118EVCertificate'> =>
  ({ action }) => {
    context.audit.record('EvCertificateAsked', { station: stationId, action })
    return { status: 'Failed', statusInfo: { reasonCode: 'NoProvider' }, exiResponse: '' }
  }
