import { problem, type ActorDeps, type Endpoint, type Reply } from '@interlock/host'
import { parseEui64, type Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import {
  CalendarOrder,
  calendarRequest,
  LoadOrder,
  loadRequest,
  type ControllerRequest,
} from './controller-orders.ts'
import { readControllers, type ControllerRead } from './controller-reads.ts'
import { askCritical, type Asking } from './critical-request.ts'
import type { Numbers } from './numbers.ts'
import { ownPeople } from './own-people.ts'
import { problemIn } from './problem-in.ts'

type Parts = {
  readonly publication: Asking
  readonly numbers: Numbers
  readonly audit: Audit
  readonly deps: Pick<ActorDeps, 'clock'>
}

/**
 * The supplier's word for the auxiliary controllers of an LLCS. It moves nothing by itself: what may be switched is
 * charged by the DCC, and switched with the CSMS.
 */
export function controllerEndpoints(parts: Parts): readonly Endpoint[] {
  const { clock } = parts.deps
  const own = ownPeople(parts.publication.organisation, parts.audit, 'ControllersRefused')
  return [
    {
      method: 'POST',
      url: '/api/v1/devices/:eui/auxiliary-load',
      roles: ['supplier'],
      body: LoadOrder,
      handle: own(({ params, body }) =>
        order(params['eui'], loadRequest(body as LoadOrder, clock.now()), parts),
      ),
    },
    {
      method: 'POST',
      url: '/api/v1/devices/:eui/calendar',
      roles: ['supplier'],
      body: CalendarOrder,
      handle: own(({ params, body }) => {
        const request = calendarRequest(body as CalendarOrder)
        if (!request.ok) return problem('BodyInvalid', request.detail ?? request.reason)
        return order(params['eui'], request.value, parts)
      }),
    },
    ...reads.map(([path, what]): Endpoint => ({
      method: 'GET',
      url: `/api/v1/devices/:eui/${path}`,
      roles: ['supplier'],
      handle: own(({ params }) => show(params['eui'], what, parts)),
    })),
  ]
}
const reads = [
  ['controllers', 'configuration'],
  ['controllers/operation', 'operation'],
] as const

async function show(
  text = '',
  what: ControllerRead,
  { publication, numbers, deps }: Parts,
): Promise<Reply> {
  const device = parseEui64(text)
  if (device === undefined) return problem('DeviceUnknown', text)
  const counter = numbers.nextCounter(device, deps.clock.now())
  let read = {}
  const outcome = await problemIn(
    readControllers(what, device, counter, publication).then((answer) => {
      if (answer.ok) read = answer.value
      return answer
    }),
  )
  return { status: 200, body: { device, ...read, ...outcome } }
}

async function order(
  text = '',
  { service, body }: ControllerRequest,
  { publication, numbers, audit, deps }: Parts,
): Promise<Reply> {
  const device: Eui64 | undefined = parseEui64(text)
  if (device === undefined) return problem('DeviceUnknown', text)
  const counter = numbers.nextCounter(device, deps.clock.now())
  const asked = { device, service, counter: counter.toString() }
  audit.critical('ControllersOrdered', asked)
  const outcome = await problemIn(askCritical({ service, body, device, counter }, publication))
  audit.record('ControllersAnswered', { ...asked, ...outcome })
  return { status: 200, body: { device, ...outcome } }
}
