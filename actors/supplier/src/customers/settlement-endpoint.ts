import { problem, type Endpoint } from '@interlock/host'
import { parseEui64 } from '@interlock/kernel'
import { ownPeople } from '../own-people.ts'
import { settlementPeriodOf, settlementPeriodWords } from '../settlement-read.ts'
import {
  compareSettlement,
  type MeteredCustomer,
  type SettlementParts,
} from './compare-settlement.ts'

/** Compares the two counts of a customer, for the supplier's own people. */
export const settlementComparison = (
  customers: ReadonlySet<string>,
  metered: readonly MeteredCustomer[],
  parts: SettlementParts,
): Endpoint => ({
  method: 'GET',
  url: '/api/v1/customers/:station/settlement',
  roles: ['supplier'],
  handle: ownPeople(
    parts.publication.organisation,
    parts.audit,
    'SettlementRefused',
  )(async ({ params, query }) => {
    const station = parseEui64(params['station'] ?? '')
    if (!customers.has(station ?? '')) return problem('NotFound', 'no customer')
    const customer = metered.find((each) => each.station === station)
    if (customer === undefined) return problem('NotFound', 'no settlement meter')
    const period = settlementPeriodOf(query['from'], query['until'])
    if (period === undefined) return problem('BodyInvalid', settlementPeriodWords)
    return { status: 200, body: await compareSettlement(customer, period, parts) }
  }),
})
