import type { LocalResponseBody, ServiceRequest } from '@interlock/duis'
import { ok, refused, type Eui64 } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { resultOf } from './carry-out.ts'
import { sourceOf } from './counters.ts'
import { mayMove, typeOf, type DeviceMove } from './device-status.ts'
import { eligibilityOf } from './eligibility.ts'
import { moveDevice } from './move-device.ts'
import { factsOf, type Served, type ServiceParts } from './parts.ts'

/** A request to the data company itself, command variant 8: nothing of it goes to a device. */
export async function serveCompany(
  request: ServiceRequest,
  peer: Peer,
  parts: ServiceParts,
): Promise<Served> {
  const { service, originator, target, counter, body } = request
  if (!eligibilityOf(service).roles.includes(peer.role))
    return refused('RoleForbidden', `${peer.role} ${service}`)
  if (originator !== peer.organisation) return refused('OriginatorWrong', originator)
  if (target !== parts.identity.peer.eui) return refused('DeviceUnsuitable', 'not for a device')
  if (!(await parts.counters.use(sourceOf(request, peer), target, counter)))
    return refused('CounterUsed', `${counter}`)
  if (body.kind === 'localResponse') return takeLocalResponse(body, request, parts)
  if (body.kind === 'decommission') return move(body.device, 'decommission', peer, parts)
  if (body.kind === 'prenotification') {
    const kind = parts.inventory.kind(body.device)
    if (kind !== undefined && typeOf[kind] !== body.type)
      return refused('DeviceUnsuitable', body.type)
    return move(body.device, 'prenotify', peer, parts)
  }
  return refused('RequestMalformed', body.kind)
}

async function move(
  device: Eui64,
  to: DeviceMove,
  peer: Peer,
  parts: ServiceParts,
): Promise<Served> {
  const kind = parts.inventory.kind(device)
  if (kind === undefined) return refused('DeviceUnknown', device)
  if (!mayMove(peer.role, kind, to)) return refused('RoleForbidden', `${peer.role} ${kind}`)
  const moved = await moveDevice(device, kind, to, peer, parts)
  return moved.ok ? ok({}) : moved
}

/**
 * What a device answered to a command that its user delivered: only what the device has signed, about a
 * request of that user. What it refused it will not act on, so that its budget goes back.
 */
async function takeLocalResponse(
  { original, response }: LocalResponseBody,
  request: ServiceRequest,
  parts: ServiceParts,
): Promise<Served> {
  if (original.originator !== request.originator)
    return refused('OriginatorWrong', original.originator)
  const device = parts.inventory.device(original.target)
  if (device === undefined) return refused('DeviceUnknown', original.target)
  const result = resultOf(response, original, device, parts.deps.crypto)
  if (!result.ok) return result
  parts.audit.critical('LocalResponseTaken', {
    ...factsOf({ ...request, ...original }),
    result: result.value,
  })
  if (result.value !== 'success') await parts.arms.refusedBy(original)
  return ok({})
}
