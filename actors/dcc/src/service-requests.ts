import {
  openSigned,
  parseRequest,
  variantRow,
  type Breach,
  type DuisProblem,
  type ResponseName,
  type ServiceRequest,
} from '@interlock/duis'
import { encodePreCommand, encodeUnsignedCommand, type Command } from '@interlock/gbcs'
import type { Reply } from '@interlock/host'
import { ok, refused, type Outcome } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { carryOut, hold } from './carry-out.ts'
import { actOnCompany, serveCompany } from './company-requests.ts'
import { sourceOf, useUp } from './counters.ts'
import { isFutureDated, serveFutureDated } from './future-dated-requests.ts'
import type { Device } from './inventory.ts'
import { commandOf, judgeSigned, judgeUser } from './judge.ts'
import { factsOf, type Asked, type Served, type ServiceParts } from './parts.ts'
import type { Quarantined } from './quarantine.ts'
import { servedReply } from './reply.ts'

/** `POST /duis`: one service request, answered when the device has answered. */
export async function answerServiceRequest(
  xml: string,
  peer: Peer,
  parts: ServiceParts,
): Promise<Reply> {
  const read = readSigned(xml, peer, parts)
  const request = read.ok ? read.value : undefined
  const outcome: Served = read.ok ? await serve(read.value, peer, parts) : read
  if (outcome.ok) return servedReply(outcome, parts, request)
  const { reason, detail } = outcome
  parts.audit.critical('RequestRefused', {
    user: peer.organisation,
    role: peer.role,
    reason,
    detail: detail ?? '',
    ...(request === undefined ? {} : factsOf(request)),
  })
  parts.happened.refused(reason, peer, request)
  return servedReply(outcome, parts, request)
}

/** Nothing is read but what the user's own certificate has signed. */
function readSigned(
  xml: string,
  peer: Peer,
  { deps }: ServiceParts,
): Outcome<ServiceRequest, ResponseName> {
  const verified = openSigned(xml, peer, deps.crypto)
  if (!verified.ok) {
    const { reason, detail } = verified
    if (reason === 'SignerWrong') return refused('SignerWrong', detail)
    return refused(ofSignature.has(reason) ? 'SignatureInvalid' : 'RequestMalformed', reason)
  }
  const request = parseRequest(verified.value.xml)
  if (request.ok) return request
  const { reason, detail } = request
  return reason === 'VariantUnknown'
    ? refused('VariantUnknown', detail)
    : refused('RequestMalformed', reason)
}

const ofSignature: ReadonlySet<DuisProblem> = new Set([
  'SignatureMissing',
  'SignatureUnexpected',
  'SignatureInvalid',
])

/** One service request, once its XML signature has been verified. */
export async function serve(
  request: ServiceRequest,
  peer: Peer,
  parts: ServiceParts,
): Promise<Served> {
  if (variantRow(request.commandVariant).form === 'company')
    return serveCompany(request, peer, parts)
  const device = judgeUser(request, peer, parts)
  if (!device.ok) return device
  const { target, counter, service, body } = request
  if (counter <= (await parts.counters.last(sourceOf(request, peer), target)))
    return refused('CounterUsed', `${counter}`)
  if (isFutureDated(body)) return serveFutureDated(body, request, peer, device.value, parts)
  const asked = readAsked(request, peer, device.value, parts)
  if (!asked.ok) return asked
  const { form, bytes, command } = asked.value
  if (form === 'preCommand') return ok({ preCommand: bytes })
  const { organisation, role } = peer
  const breach = await parts.anomalies.judge({ user: { organisation, role }, service, command })
  if (breach !== undefined) return hold(request, peer, breach, parts)
  return carryOutInTurn(asked.value, request, peer, device.value, parts)
}

/**
 * What is due at the device goes first: its counter is below. Where that cannot go nothing can, and no counter is used
 * up, so that it may be asked again; but for what was held with a counter that is used up, which has to be asked under another. What falls due meanwhile has its turn after it. A read uses up no counter of the device, and what its user delivers waits for no hub.
 */
async function carryOutInTurn(
  asked: Asked,
  request: ServiceRequest,
  peer: Peer,
  device: Device,
  parts: ServiceParts,
  { isUsedUp = false } = {},
): Promise<Served> {
  const waits = asked.form === 'signed' && !variantRow(request.commandVariant).local
  const deliver = async (): Promise<Served> =>
    (isUsedUp ? undefined : await useUp(request, peer, parts)) ??
    (await carryOut(asked, request, peer, device, parts))
  if (!waits) return deliver()
  const after = await parts.futureDated.deliverAfterDue(request, deliver)
  return (
    after?.delivered ??
    refused('DeviceUnreachable', 'what was due before it could not be delivered')
  )
}

/**
 * A request out of quarantine: its parameters are judged as they stand now, and its counter is used up only now. One that
 * was held for its megawatts had come further before.
 */
export async function serveHeld(
  { request, peer, breach }: Pick<Quarantined, 'request' | 'peer' | 'breach'>,
  parts: ServiceParts,
): Promise<Served> {
  if (parts.revoked(peer.serialHex)) return refused('SignerRevoked', peer.serialHex)
  const { body, service } = request
  const { organisation, role } = peer
  const letThrough = (command?: Command): Promise<Breach | undefined> =>
    parts.anomalies.letThrough(
      { user: { organisation, role }, service, ...(command && { command }) },
      breach,
    )
  if (variantRow(request.commandVariant).form === 'company') {
    const again = await letThrough()
    if (again !== undefined) return hold(request, peer, again, parts)
    return (await useUp(request, peer, parts)) ?? (await actOnCompany(request, peer, parts))
  }
  const device = judgeUser(request, peer, parts)
  if (!device.ok) return device
  if (isFutureDated(body)) return serveFutureDated(body, request, peer, device.value, parts, breach)
  const asked = readAsked(request, peer, device.value, parts)
  if (!asked.ok) return asked
  if (asked.value.form === 'preCommand') return refused('RequestMalformed', 'nothing to carry out')
  const isUsedUp = breach === 'ADMegawattBreach'
  const again = isUsedUp ? undefined : await letThrough(asked.value.command)
  if (again !== undefined) return hold(request, peer, again, parts)
  return carryOutInTurn(asked.value, request, peer, device.value, parts, { isUsedUp })
}

function readAsked(
  request: ServiceRequest,
  peer: Peer,
  device: Device,
  parts: ServiceParts,
): Outcome<Asked, ResponseName> {
  const now = parts.deps.clock.now()
  const { body, commandVariant } = request
  if (body.kind === 'signedPreCommand') {
    const signed = judgeSigned(request, body.payload, peer, device, now, parts)
    if (!signed.ok) return signed
    const { command, bytes } = signed.value
    return ok({ form: 'signed', command, bytes })
  }
  const made = commandOf(request, device, now, parts)
  if (!made.ok) return made
  const command = made.value
  return variantRow(commandVariant).form === 'transform'
    ? ok({ form: 'preCommand', command, bytes: encodePreCommand(command) })
    : ok({ form: 'unsigned', command, bytes: encodeUnsignedCommand(command) })
}
