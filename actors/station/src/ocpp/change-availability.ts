import type { Handler } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** G03/G04. The owner's override comes before it; otherwise the change has a random delay. */
export const changeAvailability =
  (station: Station): Handler<'ChangeAvailability'> =>
  (request, context) =>
    throughGate(station, 'ChangeAvailability', request, context, {
      apply({ operationalStatus }, accepted) {
        const { charging, keeper, records, reports } = station
        records.decide({ action: 'ChangeAvailability', decision: 'stored', ...secondOf(accepted) })
        const { inoperative: _, ...charger } = keeper.memory.charger
        charging.update({
          charger:
            operationalStatus === 'Inoperative' ? { ...charger, inoperative: true } : charger,
        })
        reports.status()
        return { status: 'Accepted' }
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })
