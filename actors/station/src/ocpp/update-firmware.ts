import type { Handler } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** L01. Judged like every critical command; the simulated hardware has nothing to carry it out with. */
export const updateFirmware =
  (station: Station): Handler<'UpdateFirmware'> =>
  (request, context) =>
    throughGate(station, 'UpdateFirmware', request, context, {
      apply(_, accepted) {
        station.records.decide({
          action: 'UpdateFirmware',
          decision: 'ignored',
          reason: 'NothingToChange',
          ...secondOf(accepted),
        })
        return { status: 'Rejected', statusInfo: { reasonCode: 'NotSupported' } }
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
      plain: () => ({ status: 'Rejected', statusInfo: { reasonCode: 'NotSupported' } }),
    })
