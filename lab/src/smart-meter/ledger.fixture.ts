import { nationalBudget, Reservation, type BudgetLimits } from '@interlock/contract'
import { openHttpServer, problem, silentLog, type Identity, type Running } from '@interlock/host'
import { unobserved, type Clock } from '@interlock/kernel'
import { emptyLedger, release, reserve } from '@interlock/ledger'

/** The supervisor's half of the megawatt ledger, over its real interface. */
export type TestLedger = Running & {
  readonly port: number
  limits: BudgetLimits
  /** In the order in which they were asked for. */
  held(): readonly Reservation[]
}

export async function testLedger(
  identity: Identity,
  rootPem: string,
  clock: Clock,
  port: number,
): Promise<TestLedger> {
  let ledger = emptyLedger
  const asked = new Set<string>()
  const state = { limits: nationalBudget }
  const server = await openHttpServer({
    name: 'ledger',
    listen: { host: '127.0.0.1', port },
    identity,
    trust: { roots: [rootPem] },
    activity: unobserved,
    log: silentLog,
  })
  server.route({
    method: 'POST',
    url: '/api/v1/reservations',
    roles: ['dcc'],
    body: Reservation,
    handle({ body }) {
      const next = reserve(ledger, body as Reservation, state.limits, clock.now())
      if (!next.ok) return problem(next.reason)
      ledger = next.value
      asked.add((body as Reservation).id)
      return { status: 201, body: {} }
    },
  })
  server.route({
    method: 'DELETE',
    url: '/api/v1/reservations/:id',
    roles: ['dcc'],
    handle({ params }) {
      ledger = release(ledger, params['id'] ?? '')
      return { status: 204 }
    },
  })
  return Object.assign(state, {
    port: await server.listen(),
    held: () => [...asked].flatMap((id) => ledger.reservations.get(id) ?? []),
    close: () => server.close(),
  })
}
