import type { Handler } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** B09. Judged like every critical command; the simulated hardware has nothing to carry it out with. */
export const setNetworkProfile =
  (station: Station): Handler<'SetNetworkProfile'> =>
  (request, context) =>
    throughGate(station, 'SetNetworkProfile', request, context, {
      apply(_, accepted) {
        station.records.decide({
          action: 'SetNetworkProfile',
          decision: 'ignored',
          reason: 'NothingToChange',
          ...secondOf(accepted),
        })
        return { status: 'Rejected', statusInfo: { reasonCode: 'NotSupported' } }
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
      plain: () => ({ status: 'Rejected', statusInfo: { reasonCode: 'NotSupported' } }),
    })
