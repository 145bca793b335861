import { loadIdentity, type ActorDeps, type Closers, type Endpoint } from '@interlock/host'
import { assert, eui64, Fault, type Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { deadLettersDoor, hearConsumption } from '@interlock/topics'
import type { SupplierConfig } from '../config.ts'
import { customerEndpoints } from './customer-endpoints.ts'
import type { PublishedTariffs } from './published-tariffs.ts'

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
    audit,
    deps,
  }: {
    readonly config: SupplierConfig
    readonly own: Eui64
    readonly tariffs: PublishedTariffs
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
  const { halfHours, topics } = hearConsumption(
    {
      config: middleware,
      region,
      homes: customers,
      identity,
      trust: trust.charging,
      data,
      hears: ({ organisation }, { id }) => operators.get(id) === organisation,
      days: keptDays,
      note: (kind, found) => void audit.record(kind, found),
      deps,
    },
    closers,
  )
  const letters = deadLettersDoor({
    letters: () => topics.deadLetters,
    own: () => own,
    roles: ['supplier'],
  })
  const bills = customerEndpoints({
    own,
    customers: new Set(operators.keys()),
    halfHours,
    tariffs,
    audit,
    deps,
  })
  return [...bills, letters]
}
