import type { Handler } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** M05. Judged like every critical command; the simulated hardware has nothing to carry it out with. */
export const installCertificate =
  (station: Station): Handler<'InstallCertificate'> =>
  (request, context) =>
    throughGate(station, 'InstallCertificate', request, context, {
      apply(_, accepted) {
        station.records.decide({
          action: 'InstallCertificate',
          decision: 'ignored',
          reason: 'NothingToChange',
          ...secondOf(accepted),
        })
        return { status: 'Rejected', statusInfo: { reasonCode: 'NotSupported' } }
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
      plain: () => ({ status: 'Rejected', statusInfo: { reasonCode: 'NotSupported' } }),
    })
