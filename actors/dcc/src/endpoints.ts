import { DayAheadPlan, Reservation, type InventoryEntry } from '@interlock/contract'
import { problem, type Endpoint, type Reply } from '@interlock/host'
import { parseEui64, toIso, type Clock } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { LedgerAccount } from '@interlock/store'
import { userRoles } from './eligibility.ts'
import { shownRequest } from './quarantine-endpoints.ts'
import type { RevocationLists } from './revocation-lists.ts'
import type { ServiceParts } from './parts.ts'
import { answerServiceRequest } from './service-requests.ts'

/** One row per route; the roles are the only ones that may call it. */
export const endpoints = (options: {
  readonly actor: string
  readonly ledger: LedgerAccount
  readonly audit: Audit
  readonly service: ServiceParts
  readonly clock: Clock
  readonly lists: RevocationLists
}): readonly Endpoint[] => {
  const { actor, ledger, audit, service, clock, lists } = options
  return [
    {
      method: 'GET',
      url: '/healthz',
      roles: [...userRoles, 'supervisor', 'dcc', 'recovery'],
      handle: () => ({
        status: 200,
        body: {
          status: 'ok',
          actor,
          simulated: 'a data company for the lab, behind the real interfaces',
          hubs: service.wan.hubsConnected(),
        },
      }),
    },
    {
      method: 'GET',
      url: '/api/v1/crl',
      roles: [...userRoles, 'supervisor'],
      handle() {
        const list = lists.held('smartMeter')?.pem
        return list === undefined
          ? problem('Unavailable', 'no list has come from the authority yet')
          : { status: 200, body: list, type: 'application/x-pem-file' }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/devices/:eui',
      roles: ['supervisor'],
      handle({ params }) {
        const eui = parseEui64(params['eui'] ?? '')
        const ratings = eui && service.inventory.device(eui)?.ratings
        if (ratings === undefined) return problem('DeviceUnknown')
        const controllers = [...ratings].map(([number, ratingWatts]) => ({ number, ratingWatts }))
        return { status: 200, body: { controllers } satisfies InventoryEntry }
      },
    },
    {
      method: 'POST',
      url: '/duis',
      roles: userRoles,
      contentType: 'xml',
      handle: ({ body, peer }) =>
        typeof body === 'string'
          ? answerServiceRequest(body, peer, service)
          : problem('BodyInvalid', 'expected XML'),
    },
    {
      method: 'GET',
      url: '/api/v1/future-dated',
      roles: userRoles,
      async handle({ peer }) {
        const listed = await service.futureDated.list(peer)
        const requests = listed.map(({ request, executeAt, ...rest }) => ({
          ...rest,
          executeAt: toIso(executeAt),
          ...shownRequest(request),
        }))
        return { status: 200, body: { requests } }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/reservations',
      roles: ['supervisor'],
      body: Reservation,
      async handle({ body }) {
        const reservation = body as Reservation
        const reserved = await ledger.reserve(reservation, 'supervisor', clock.now())
        audit.critical('Reservation', {
          id: reservation.id,
          organisation: reservation.organisation,
          outcome: reserved.ok ? 'granted' : reserved.reason,
        })
        return reserved.ok ? created : problem(reserved.reason, reserved.detail)
      },
    },
    {
      method: 'DELETE',
      url: '/api/v1/reservations/:id',
      roles: ['supervisor'],
      async handle({ params }) {
        const id = params['id'] ?? ''
        await ledger.release(id, 'supervisor')
        audit.record('ReservationReleased', { id })
        return { status: 204 }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/plans',
      roles: ['csms'],
      body: DayAheadPlan,
      async handle({ body, peer }) {
        const plan = body as DayAheadPlan
        if (plan.organisation !== peer.organisation) return problem('IdentityMismatch')
        const accepted = await ledger.acceptPlan(plan, clock.now())
        audit.critical('Plan', {
          organisation: plan.organisation,
          windows: plan.windows.length,
          outcome: accepted.ok ? 'accepted' : accepted.reason,
        })
        return accepted.ok ? created : problem(accepted.reason, accepted.detail)
      },
    },
  ]
}

const created: Reply = { status: 201, body: {} }
