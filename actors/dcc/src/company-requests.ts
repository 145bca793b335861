import type { LocalResponseBody, ServiceRequest } from '@interlock/duis'
import { ok, refused, type Eui64 } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { hold, resultOf } from './carry-out.ts'
import { sourceOf, useUp } from './counters.ts'
import { deviceProblem } from './device-certificate.ts'
import { typeOf, type DeviceMove } from './device-status.ts'
import { eligibilityOf } from './eligibility.ts'
import { mayMoveDevice, moveDevice } from './move-device.ts'
import { factsOf, type Served, type ServiceParts } from './parts.ts'

/**
 * A request to the data company itself, command variant 8: nothing of it goes to a device. It counts as every
 * other does: a user that takes devices away by the thousand is held.
 */
export async function serveCompany(
  request: ServiceRequest,
  peer: Peer,
  parts: ServiceParts,
): Promise<Served> {
  const { service, originator, target, counter } = request
  const { organisation, role } = peer
  if (!eligibilityOf(service).roles.includes(role))
    return refused('RoleForbidden', `${role} ${service}`)
  if (originator !== organisation) return refused('OriginatorWrong', originator)
  if (target !== parts.identity.peer.eui) return refused('DeviceUnsuitable', 'not for a device')
  if (counter <= (await parts.counters.last(sourceOf(request, peer), target)))
    return refused('CounterUsed', `${counter}`)
  const breach = await parts.anomalies.judge({ user: { organisation, role }, service })
  if (breach !== undefined) return hold(request, peer, breach, parts)
  return (await useUp(request, peer, parts)) ?? (await actOnCompany(request, peer, parts))
}

/** What is done about it, once its counter is used up. */
export async function actOnCompany(
  request: ServiceRequest,
  peer: Peer,
  parts: ServiceParts,
): Promise<Served> {
  const { body } = request
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
  if (!mayMoveDevice(peer, { eui: device, kind }, to, parts.inventory))
    return refused('RoleForbidden', `${to} of a ${kind} by this ${peer.role}`)
  const moved = await moveDevice({ eui: device, kind }, to, peer, parts)
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
  const problem = deviceProblem(device, parts)
  if (problem !== undefined) return problem
  const result = resultOf(response, original, device, parts.deps.crypto)
  if (!result.ok) return result
  parts.audit.critical('LocalResponseTaken', {
    ...factsOf({ ...request, ...original }),
    result: result.value,
  })
  if (result.value !== 'success') await parts.arms.refusedBy(original)
  return ok({})
}
