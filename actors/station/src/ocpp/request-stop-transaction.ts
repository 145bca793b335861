import type { Handler } from '@interlock/ocpp'
import { afterAnswer } from '../after-answer.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'
import { remotely } from './remotely.ts'

/**
 * F03, "Stop": stops on an arm only, at a supervised station. The flow stops; whether the transaction
 * does is for TxStopPoint to say.
 */
export const requestStopTransaction =
  (station: Station): Handler<'RequestStopTransaction'> =>
  (request, context) =>
    throughGate(station, 'RequestStopTransaction', request, context, {
      apply(_, accepted) {
        remotely(station, 'RequestStopTransaction', accepted)
        return { status: 'Accepted' }
      },
      plain({ transactionId }) {
        // F03.FR.08
        if (station.keeper.memory.transaction?.id !== transactionId)
          return { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } }
        afterAnswer(station, 'RequestStopTransaction', () => {
          if (station.keeper.memory.transaction?.id === transactionId)
            station.reader().stop({ trigger: 'RemoteStop', reason: 'Remote' })
          return Promise.resolve()
        })
        return { status: 'Accepted' }
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })
