import type { Handler, Request, Response } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** G03/G04. The owner's override comes before it; otherwise the change has a random delay. */
export const changeAvailability =
  (station: Station): Handler<'ChangeAvailability'> =>
  (request, context) =>
    throughGate(station, 'ChangeAvailability', request, context, {
      apply(request, accepted) {
        station.records.decide({ action, decision: 'stored', ...secondOf(accepted) })
        return change(station, request)
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
      plain: (request) => change(station, request),
    })

const action = 'ChangeAvailability'

function change(
  { charging, keeper, reports }: Station,
  { operationalStatus }: Request<'ChangeAvailability'>,
): Response<'ChangeAvailability'> {
  const { inoperative: _, ...charger } = keeper.memory.charger
  charging.update({
    charger: operationalStatus === 'Inoperative' ? { ...charger, inoperative: true } : charger,
  })
  reports.status()
  return { status: 'Accepted' }
}
