import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** I02: the running cost for the display. One of another transaction is not shown. */
export const costUpdated =
  ({ keeper, moment }: Station): Handler<'CostUpdated'> =>
  ({ transactionId, totalCost }) => {
    if (keeper.memory.transaction?.id === transactionId) moment.cost = { transactionId, totalCost }
    return {}
  }
