import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** M03. */
export const getInstalledCertificateIds =
  (station: Station): Handler<'GetInstalledCertificateIds'> =>
  ({ certificateType }) => {
    const found = station.trustStore.list(certificateType)
    return found.length === 0
      ? { status: 'NotFound' }
      : { status: 'Accepted', certificateHashDataChain: found }
  }
