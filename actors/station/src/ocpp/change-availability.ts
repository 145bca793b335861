import type { Handler, Request, Response } from '@interlock/ocpp'
import { change, tierOf } from '../core/availability.ts'
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
        return apply(station, request)
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
      plain: (request) => apply(station, request),
    })

const action = 'ChangeAvailability'

/** G03/G04. At a supervised station at once: the owner's override comes before it. */
function apply(
  { charging, keeper, reports, evse, mode }: Station,
  { evse: at, operationalStatus }: Request<'ChangeAvailability'>,
): Response<'ChangeAvailability'> {
  const tier = tierOf(at, evse)
  if (tier === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'UnknownEvse' } }
  const { charger, scheduled, transaction } = keeper.memory
  const asked = { tier, operative: operationalStatus === 'Operative' }
  const busy = mode === 'standard' && transaction !== undefined
  const { status, ...next } = change(charger.outOfService ?? {}, scheduled, asked, busy)
  charging.update({
    charger: { ...charger, outOfService: next.outOfService },
    scheduled: next.scheduled,
  })
  reports.status()
  return { status }
}
