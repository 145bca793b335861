import type { Accepted } from '@interlock/gate'
import type { Handler, Request, Response } from '@interlock/ocpp'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'
import { overrideFromAfar } from './override.ts'

/**
 * F01/F02, "Charge now": starts on an arm only. Without a vehicle it holds for the one that is
 * plugged in before the arm ends.
 */
export const requestStartTransaction =
  (station: Station): Handler<'RequestStartTransaction'> =>
  (request, context) =>
    throughGate(station, 'RequestStartTransaction', request, context, {
      apply: (request, accepted) => start(station, request, accepted),
      plain: (request) => start(station, request),
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })

function start(
  station: Station,
  { remoteStartId }: Request<'RequestStartTransaction'>,
  accepted?: Accepted,
): Response<'RequestStartTransaction'> {
  const { transaction } = station.keeper.memory
  const change = transaction === undefined ? {} : { transaction: { ...transaction, remoteStartId } }
  overrideFromAfar(station, 'RequestStartTransaction', accepted, change)
  return {
    status: 'Accepted',
    ...(transaction === undefined ? {} : { transactionId: transaction.id }),
  }
}
