import { DayAheadPlan, Reservation, type ServerRefusal } from '@interlock/contract'
import type { Endpoint, Reply } from '@interlock/host'
import type { ReserveProblem } from '@interlock/ledger'
import type { Peer } from '@interlock/pki'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'

/** The other ledger asks this one before it grants; providers hand in their day-ahead plans. */
export const reservationEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/reservations',
    roles: ['dcc'],
    body: Reservation,
    handle: ({ body, peer }) => reserveFor(body as Reservation, peer, supervisor),
  },
  {
    method: 'DELETE',
    url: '/api/v1/reservations/:id',
    roles: ['dcc'],
    handle: async ({ params, peer }) => {
      const id = params['id'] ?? ''
      await supervisor.ledger.release(id, 'dcc')
      const act: Act = { kind: 'Release', facts: { id, by: peer.organisation } }
      return grant(supervisor, act, { status: 204 })
    },
  },
  {
    method: 'POST',
    url: '/api/v1/plans',
    roles: ['csms'],
    body: DayAheadPlan,
    handle: ({ body, peer }) => acceptPlan(body as DayAheadPlan, peer, supervisor),
  },
]

const refusals: Readonly<Record<ReserveProblem, ServerRefusal>> = {
  BudgetExceeded: 'BudgetExceeded',
  ReservationConflict: 'ReservationConflict',
  BodyInvalid: 'BodyInvalid',
}

async function reserveFor(
  reservation: Reservation,
  peer: Peer,
  supervisor: Supervisor,
): Promise<Reply> {
  const { id, organisation, region, kind } = reservation
  const act: Act = {
    kind: 'Reservation',
    facts: { id, organisation, region, for: kind, by: peer.organisation },
  }
  const now = supervisor.deps.clock.now()
  const reserved = await supervisor.ledger.reserve(reservation, 'dcc', now)
  return reserved.ok
    ? grant(supervisor, act, { status: 201, body: { id } })
    : refuse(supervisor, act, refusals[reserved.reason], reserved.detail)
}

async function acceptPlan(plan: DayAheadPlan, peer: Peer, supervisor: Supervisor): Promise<Reply> {
  const { organisation, region, windows } = plan
  const act: Act = { kind: 'Plan', facts: { organisation, region, windows: windows.length } }
  if (organisation !== peer.organisation)
    return refuse(supervisor, act, 'IdentityMismatch', 'a plan is for the one who hands it in')
  const accepted = await supervisor.ledger.acceptPlan(plan, supervisor.deps.clock.now())
  return accepted.ok
    ? grant(supervisor, act, { status: 200, body: { organisation, region } })
    : refuse(supervisor, act, accepted.reason, accepted.detail)
}
