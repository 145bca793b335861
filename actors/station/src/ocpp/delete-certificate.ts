import type { Handler } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** M04. */
export const deleteCertificate =
  (station: Station): Handler<'DeleteCertificate'> =>
  (request, context) =>
    throughGate(station, 'DeleteCertificate', request, context, {
      apply({ certificateHashData }, accepted) {
        const status = station.trustStore.remove(certificateHashData)
        station.records.decide({
          action: 'DeleteCertificate',
          decision: status === 'Accepted' ? 'stored' : 'ignored',
          ...secondOf(accepted),
        })
        return { status }
      },
      refuse: (info) => ({ status: 'Failed', statusInfo: info }),
      plain: ({ certificateHashData }) => ({
        status: station.trustStore.remove(certificateHashData),
      }),
    })
