import { cancellation, serviceRow, type RequestBody, type Service } from '@interlock/duis'
import { problem, type ActorDeps, type Endpoint, type Reply } from '@interlock/host'
import { ok, parseEui64, type Eui64, type Instant, type Outcome } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { askCompany } from './company-request.ts'
import { askCritical, type Asking } from './critical-request.ts'
import {
  FirmwareOrder,
  firmwareOf,
  LocalResponseOrder,
  localResponseOf,
  NotificationOrder,
  notificationOf,
  OffsetLimitOrder,
} from './device-orders.ts'
import { endDated } from './end-dated.ts'
import type { Numbers } from './numbers.ts'
import { ownPeople } from './own-people.ts'
import { problemIn } from './problem-in.ts'

type Parts = {
  readonly publication: Asking
  /** The data company, for what is asked of itself. */
  readonly company: () => Eui64
  readonly numbers: Numbers
  readonly audit: Audit
  readonly deps: Pick<ActorDeps, 'clock'>
}

/** What of a request an order says. */
type Ordered = { readonly body: RequestBody; readonly executeAt?: Instant | undefined }
type Row = {
  readonly method: 'POST' | 'DELETE'
  /** After the device. */
  readonly path: string
  readonly service: Service
  readonly shape?: NonNullable<Endpoint['body']>
  readonly order: (body: unknown, device: Eui64, own: Eui64) => Outcome<Ordered, string>
}

const rows: readonly Row[] = [
  {
    method: 'POST',
    path: '/offset-limit',
    service: '7.12',
    shape: OffsetLimitOrder,
    order: (body) => ok({ body: { kind: 'offsetLimit', ...(body as OffsetLimitOrder) } }),
  },
  {
    method: 'POST',
    path: '/firmware',
    service: '11.3',
    shape: FirmwareOrder,
    order: (body) => firmwareOf(body as FirmwareOrder),
  },
  {
    method: 'POST',
    path: '/notification',
    service: '12.2',
    shape: NotificationOrder,
    order: (body, device) => ok({ body: notificationOf(device, body as NotificationOrder) }),
  },
  {
    method: 'DELETE',
    path: '',
    service: '8.3',
    order: (_body, device) => ok({ body: { kind: 'decommission', device } }),
  },
  {
    method: 'POST',
    path: '/local-response',
    service: '8.13',
    shape: LocalResponseOrder,
    order(body, device, own) {
      const taken = localResponseOf(body as LocalResponseOrder, own, device)
      return taken.ok ? ok({ body: taken.value }) : taken
    },
  },
]

/** The supplier's word on its devices themselves: that one comes or goes, is to run another image, has answered. */
export function deviceEndpoints(parts: Parts): readonly Endpoint[] {
  const { organisation } = parts.publication
  const own = ownPeople(organisation, parts.audit, 'DevicesRefused')
  return rows.map(({ method, path, service, shape, order }) => ({
    method,
    url: `/api/v1/devices/:eui${path}`,
    roles: ['supplier'],
    ...(shape === undefined ? {} : { body: shape }),
    handle: own(({ params, body }) => {
      const device = parseEui64(params['eui'] ?? '')
      if (device === undefined) return problem('DeviceUnknown', params['eui'])
      const ordered = order(body, device, organisation)
      return ordered.ok
        ? send(service, device, ordered.value, parts)
        : problem('BodyInvalid', ordered.detail ?? ordered.reason)
    }),
  }))
}

async function send(
  service: Service,
  device: Eui64,
  { body, executeAt }: Ordered,
  { publication, company, numbers, audit, deps }: Parts,
): Promise<Reply> {
  const ofCompany = serviceRow(service).variants[8] !== undefined
  const now = deps.clock.now()
  const counter =
    executeAt === undefined || executeAt === cancellation
      ? numbers.nextCounter(ofCompany ? company() : device, now)
      : numbers.datedCounter(device, executeAt, now, service)
  const asked = { device, service, counter: counter.toString() }
  audit.critical('DeviceOrdered', asked)
  const outcome = await problemIn(
    ofCompany
      ? askCompany({ service, body, counter }, { ...publication, company: company() })
      : askCritical({ service, body, device, counter, executeAt }, publication),
  )
  audit.record('DeviceAnswered', { ...asked, ...outcome })
  if (executeAt !== cancellation) return { status: 200, body: { device, ...outcome } }
  // Whatever the data company says became of it: that alone ends nothing at the device.
  const end = await endDated(service, device, now, { publication, numbers })
  audit.critical('DatedEnded', { device, service, ...end })
  return { status: 200, body: { device, ...outcome, ...end } }
}
