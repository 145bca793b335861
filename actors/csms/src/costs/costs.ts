import type { Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import type { CostTariff } from '../core/cost-tariff.ts'
import { costDocument, transactionCost, type CostDocument } from '../core/transaction-cost.ts'
import type { TransactionCostStore } from '../data/transaction-costs.ts'
import { readTransaction } from '../data/kept-events.ts'
import type { TransactionStore } from '../data/transaction-events.ts'

type Event = Request<'TransactionEvent'>

/** What transactions cost: always of what is stored of them, so that nothing counts twice. */
export type Costs = {
  /** Absent: nothing is computed. */
  readonly tariff: CostTariff | undefined
  /** Of one transaction; kept, where it has ended. `now`: also for what stands idle until then. */
  compute(station: string, transactionId: string, now?: Instant): Promise<Computed | undefined>
  /** As kept, of transactions of one station that have ended; by transaction id. */
  kept(
    station: string,
    transactionIds: readonly string[],
  ): Promise<ReadonlyMap<string, CostDocument>>
  /** Of these events, which are the whole of a transaction. */
  soFar(events: readonly Event[]): CostDocument | undefined
}

export type Computed = { readonly cost: CostDocument; readonly events: readonly Event[] }

export function createCosts(
  tariff: CostTariff | undefined,
  transactions: Pick<TransactionStore, 'events'>,
  store: TransactionCostStore,
): Costs {
  const costOf = (events: readonly Event[], now?: Instant): CostDocument | undefined => {
    const ended = hasEnded(events)
    const cost =
      tariff === undefined ? undefined : transactionCost(tariff, events, ended ? undefined : now)
    return cost === undefined ? undefined : costDocument(cost, ended)
  }
  return {
    tariff,
    async compute(stationId, transactionId, now) {
      const { events, whole } = await readTransaction(transactions, { stationId, transactionId })
      // Of a part it would be another cost.
      const cost = whole ? costOf(events, now) : undefined
      if (cost?.final === true)
        await store.put({ stationId, transactionId, events: events.length, cost })
      return cost === undefined ? undefined : { cost, events }
    },
    kept: (station, transactionIds) => store.of(station, transactionIds),
    soFar: (events) => costOf(events),
  }
}

const hasEnded = (events: readonly Event[]): boolean =>
  events.some(({ eventType }) => eventType === 'Ended')
