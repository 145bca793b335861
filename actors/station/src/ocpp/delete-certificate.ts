import type { Handler } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** M04. Judged like every critical command; the simulated hardware has nothing to carry it out with. */
export const deleteCertificate =
  (station: Station): Handler<'DeleteCertificate'> =>
  (request, context) =>
    throughGate(station, 'DeleteCertificate', request, context, {
      apply(_, accepted) {
        station.records.decide({
          action: 'DeleteCertificate',
          decision: 'ignored',
          reason: 'NothingToChange',
          ...secondOf(accepted),
        })
        return { status: 'Failed', statusInfo: { reasonCode: 'NotSupported' } }
      },
      refuse: (info) => ({ status: 'Failed', statusInfo: info }),
      plain: () => ({ status: 'Failed', statusInfo: { reasonCode: 'NotSupported' } }),
    })
