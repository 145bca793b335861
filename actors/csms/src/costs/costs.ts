import type { Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import type { CostTariff } from '../core/cost-tariff.ts'
import { costDocument, transactionCost, type CostDocument } from '../core/transaction-cost.ts'
import type { TransactionCostStore } from '../data/transaction-costs.ts'
import type { KeptEvents, TransactionStore } from '../data/transaction-events.ts'

type Event = Request<'TransactionEvent'>

/** What transactions cost: always of what is stored of them, so that nothing counts twice. */
export type Costs = {
  /** Absent: nothing is computed. */
  readonly tariff: CostTariff | undefined
  /** Of one transaction; kept, where it has ended. `now`: also for what stands idle until then. */
  compute(station: string, transactionId: string, now?: Instant): Promise<Computed | undefined>
  /** Of transactions of one station, in their order: as kept where they have ended. */
  ofAll(station: string, all: readonly KeptEvents[]): Promise<readonly (CostDocument | undefined)[]>
}

export type Computed = { readonly cost: CostDocument; readonly events: readonly Event[] }

export function createCosts(
  tariff: CostTariff | undefined,
  transactions: Pick<TransactionStore, 'ofStation'>,
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
    async compute(station, transactionId, now) {
      const [kept] = await transactions.ofStation(station, { limit: 1, transactionId })
      if (kept === undefined) return undefined
      const events = eventsOf(kept)
      const cost = costOf(events, now)
      if (cost?.final === true)
        await store.put({ stationId: station, transactionId, events: events.length, cost })
      return cost === undefined ? undefined : { cost, events }
    },
    async ofAll(station, all) {
      const kept = await store.of(
        station,
        all.map(({ transactionId }) => transactionId),
      )
      return all.map((each) => {
        const events = eventsOf(each)
        return hasEnded(events) ? kept.get(each.transactionId) : costOf(events)
      })
    },
  }
}

export const eventsOf = ({ messages }: Pick<KeptEvents, 'messages'>): Event[] =>
  messages.map((text) => JSON.parse(text) as Event)

const hasEnded = (events: readonly Event[]): boolean =>
  events.some(({ eventType }) => eventType === 'Ended')
