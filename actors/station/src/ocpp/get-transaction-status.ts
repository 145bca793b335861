import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** E14: whether a transaction is going on, and whether the CSMS has yet to hear of it. */
export const getTransactionStatus =
  (station: Station): Handler<'GetTransactionStatus'> =>
  ({ transactionId }) => {
    const { outbox, transaction } = station.keeper.memory
    // E14.FR.06 … E14.FR.08
    if (transactionId === undefined) return { messagesInQueue: outbox.length > 0 }
    return {
      ongoingIndicator: transaction?.id === transactionId,
      messagesInQueue: outbox.some(
        ({ transactionInfo }) => transactionInfo.transactionId === transactionId,
      ),
    }
  }
