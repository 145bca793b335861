import type { Topic } from '@interlock/contract'
import { loadIdentity, portsOf, type ActorDeps, type Closers, type Endpoint } from '@interlock/host'
import { assert, eui64, Fault, type Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { Peer } from '@interlock/pki'
import { deadLettersDoor, hearConsumption, homeTopic } from '@interlock/topics'
import type { SupplierConfig } from '../config.ts'
import type { Numbers } from '../numbers.ts'
import { customerEndpoints } from './customer-endpoints.ts'
import type { PublishedTariffs } from './published-tariffs.ts'
import type { Reading } from '../settlement-read.ts'
import { compareSettlement } from './compare-settlement.ts'
import { settlementComparison } from './settlement-endpoint.ts'
import { startSettlementRounds } from './settlement-rounds.ts'
import { openUsageTotals, totalPurposes, totalsFollowing } from './usage-totals.ts'

/** A year and the month that ends after it, to compare with. */
const monthlyKeptDays = 400

/**
 * Reads what customers' chargers used, while they consent, and tells what it cost. @returns no door where the config
 * names no middleware
 * @throws Fault when the charging identity is nobody's or another's, or region or feeders are no levels of a topic
 */
export function openCustomers(
  {
    config,
    own,
    tariffs,
    publication,
    numbers,
    audit,
    deps,
  }: {
    readonly config: SupplierConfig
    readonly own: Eui64
    readonly tariffs: PublishedTariffs
    readonly publication: Reading
    readonly numbers: Numbers
    readonly audit: Audit
    readonly deps: ActorDeps
  },
  closers: Closers,
): readonly Endpoint[] {
  const { middleware, chargingIdentity, trust, region, data, keptDays, customers = [] } = config
  if (middleware === undefined) return []
  assert(chargingIdentity !== undefined && trust.charging !== undefined, 'the config is whole')
  const identity = loadIdentity(chargingIdentity)
  if (identity.peer.role !== 'supplier')
    throw new Fault('IdentityUnreadable', `${chargingIdentity}: not the identity of a supplier`)
  const operators = new Map(customers.map(({ station, csms }) => [station, eui64(csms)]))
  const hears = ({ organisation }: Peer, { id }: Topic): boolean =>
    operators.get(id) === organisation
  const totals = openUsageTotals(portsOf(deps).openJournal(`${data}/totals.journal`), {
    days: { daily: keptDays, monthly: monthlyKeptDays },
    clock: deps.clock,
  })
  closers.push(() => totals.close())
  const { halfHours, proofs, topics } = hearConsumption(
    {
      config: middleware,
      region,
      homes: customers.filter(({ reads }) => reads.includes('halfHourly')),
      identity,
      trust: trust.charging,
      data,
      hears,
      days: keptDays,
      forgets: totals,
      note: (kind, found) => void audit.record(kind, found),
      deps,
    },
    closers,
  )
  for (const purpose of totalPurposes) {
    for (const home of customers.filter(({ reads }) => reads.includes(purpose)))
      topics.join(homeTopic(`${purpose}Consumption`, region, home))
    topics.follow(totalsFollowing(purpose, hears, { totals, proofs, clock: deps.clock }))
  }
  const letters = deadLettersDoor({
    letters: () => topics.deadLetters,
    own: () => own,
    roles: ['supplier'],
  })
  const bills = customerEndpoints({
    own,
    customers: new Set(operators.keys()),
    halfHours,
    totals,
    tariffs,
    audit,
    deps,
  })
  const metered = customers.flatMap(({ station, csms, llcs }) =>
    llcs === undefined ? [] : [{ station: eui64(station), csms: eui64(csms), llcs: eui64(llcs) }],
  )
  const parts = { publication, numbers, halfHours, audit, deps }
  const settled = startSettlementRounds({
    actor: config.actor,
    customers: metered,
    compare: (customer, period) => compareSettlement(customer, period, parts),
    deps,
  })
  closers.push(() => settled.close())
  const settlement = settlementComparison(new Set(operators.keys()), metered, parts)
  return [...bills, settlement, letters]
}
