import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'
import { overrideFromAfar } from './override.ts'

/**
 * F03, "Stop": stops on an arm only. The flow stops; the transaction lasts as long as the cable is
 * plugged in (TxStopPoint EVConnected).
 */
export const requestStopTransaction =
  (station: Station): Handler<'RequestStopTransaction'> =>
  (request, context) =>
    throughGate(station, 'RequestStopTransaction', request, context, {
      apply(_, accepted) {
        overrideFromAfar(station, 'RequestStopTransaction', accepted)
        return { status: 'Accepted' }
      },
      plain({ transactionId }) {
        if (station.keeper.memory.transaction?.id !== transactionId) return { status: 'Rejected' }
        overrideFromAfar(station, 'RequestStopTransaction')
        return { status: 'Accepted' }
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })
