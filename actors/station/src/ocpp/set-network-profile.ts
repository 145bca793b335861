import type { Handler, Request, Response } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** B09. The profile is kept in its slot; it counts once the order of slots names it. */
export const setNetworkProfile =
  (station: Station): Handler<'SetNetworkProfile'> =>
  (request, context) =>
    throughGate(station, 'SetNetworkProfile', request, context, {
      apply(_, accepted) {
        station.records.decide({
          action: 'SetNetworkProfile',
          decision: 'stored',
          ...secondOf(accepted),
        })
        return store(station, request)
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
      plain: () => store(station, request),
    })

function store(
  station: Station,
  request: Request<'SetNetworkProfile'>,
): Response<'SetNetworkProfile'> {
  const refusal = station.network.store(request)
  if (refusal === undefined) return { status: 'Accepted' }
  return { status: 'Rejected', statusInfo: { reasonCode: refusal } }
}
