import {
  heldDetail,
  variantRow,
  type Breach,
  type CommandVariantRow,
  type ResponseName,
  type ServiceRequest,
} from '@interlock/duis'
import {
  addMac,
  armOf,
  isLoadControlCommand,
  openAnswer,
  type AnsweredCommand,
  type Command,
  type ResultCode,
  type SignedArm,
} from '@interlock/gbcs'
import { ok, refused, type Crypto, type Ok, type Outcome, type Refusal } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { chargeOf } from './charge.ts'
import type { Device } from './inventory.ts'
import { factsOf, type Asked, type Served, type ServiceParts } from './parts.ts'

/** Both ledgers, then delivery: each durable before the next. The counter was used up before. */
export async function carryOut(
  asked: Asked,
  request: ServiceRequest,
  peer: Peer,
  device: Device,
  parts: ServiceParts,
): Promise<Served> {
  const charged = await charge(asked, request, peer, device, parts)
  if (!charged.ok) return charged
  const sent = await sendCharged(asked, charged.value, request, device, parts)
  if (!sent.ok) await release(sent, charged.value, request, parts)
  return sent
}

/** Delivery of what is charged already; what has reached nobody stays charged. */
export async function sendCharged(
  asked: Asked,
  arm: SignedArm | undefined,
  request: ServiceRequest,
  device: Device,
  parts: ServiceParts,
): Promise<Served> {
  const route = variantRow(request.commandVariant)
  const sent = await send(asked, route, device, parts)
  if (arm === undefined) return sent
  parts.audit.record('ArmDelivered', {
    digest: arm.digest,
    outcome: sent.ok ? 'Accepted' : sent.reason,
    local: route.local,
  })
  if (sent.ok) parts.happened.arm('granted', arm)
  return sent
}

/** Gives the budget of an arm back that is in nobody's hands. */
export async function release(
  { reason }: Refusal<ResponseName>,
  arm: SignedArm | undefined,
  { commandVariant }: ServiceRequest,
  { arms }: ServiceParts,
): Promise<void> {
  if (arm !== undefined && !variantRow(commandVariant).local && reachedNobody.has(reason))
    await arms.cancel(arm.digest)
}

/** What a load control may move is charged in both ledgers; there is no arm in any other command. */
export async function charge(
  { form, command, bytes }: Asked,
  request: ServiceRequest,
  peer: Peer,
  device: Device,
  parts: ServiceParts,
): Promise<Ok<SignedArm | undefined> | Refusal<ResponseName>> {
  if (form !== 'signed') return ok(undefined)
  const facts = { ...factsOf(request), user: peer.organisation, role: peer.role }
  if (!isLoadControlCommand(command)) {
    parts.audit.critical('CommandAccepted', facts)
    return ok(undefined)
  }
  const arm = armOf(bytes, parts.deps.crypto)
  if (!arm.ok) return refused('PreCommandChanged', arm.reason)
  const rating = device.ratings.get(arm.value.evse) ?? 0
  const account = { organisation: peer.organisation, region: parts.region }
  const granted = await parts.arms.grant(arm.value, chargeOf(arm.value, rating, account))
  if (!granted.ok)
    return granted.reason === 'BudgetExceeded'
      ? { ...(await hold(request, peer, 'ADMegawattBreach', parts)), reason: 'BudgetExceeded' }
      : granted
  parts.audit.critical('ArmGranted', { ...facts, digest: arm.value.digest })
  return ok(arm.value)
}

/** Adds the MAC, then delivers the command, gives it to its user to deliver locally, or both. */
async function send(
  asked: Asked,
  { wideArea, local }: CommandVariantRow,
  device: Device,
  parts: ServiceParts,
): Promise<Served> {
  const keys = { own: parts.identity.key, peer: device.publicKey }
  const form = asked.form === 'signed' ? 'signed' : 'unsigned'
  const frame = addMac(asked.bytes, form, keys, parts.deps.crypto)
  const copy = local ? { localCommand: frame } : {}
  if (!wideArea) return ok(copy)
  const answer = await deliver(frame, asked.command, device, parts)
  return answer.ok ? ok({ ...answer.value, ...copy }) : { ...answer, ...copy }
}

/**
 * The arm is in no device's hands. A hub that says so falsely gains nothing alone: the arm is still its
 * originator's to use. Without any word, as after a timeout, or with a copy in its user's hands, the
 * budget stays.
 */
const reachedNobody: ReadonlySet<ResponseName> = new Set([
  'DeviceUnreachable',
  'DeviceDiscarded',
  'DeviceRefused',
  'FutureDatedOvertaken',
])

/** Delivers, and verifies that the answer is the device's. */
async function deliver(
  frame: Uint8Array,
  command: Command,
  device: Device,
  parts: ServiceParts,
): Promise<Served> {
  const brought = await parts.lists.bring(device)
  if (!brought.ok) return brought
  const answer = await parts.wan.deliver(device, frame)
  if (!answer.ok) return answer
  if (answer.value.length === 0) return refused('DeviceDiscarded')
  const result = resultOf(answer.value, command, device, parts.deps.crypto)
  if (!result.ok) return result
  if (result.value !== 'success')
    return { ...refused('DeviceRefused', result.value), payload: answer.value }
  return ok({ payload: answer.value })
}

/** What a device says became of a command, where it is the device that says so. */
export function resultOf(
  answer: Uint8Array,
  command: Omit<AnsweredCommand, 'target'>,
  device: Device,
  crypto: Crypto,
): Outcome<ResultCode, 'AnswerInvalid'> {
  const about = { ...command, target: device.eui }
  const opened = openAnswer(answer, about, device.publicKey, crypto)
  return opened.ok ? ok(opened.value.result) : opened
}

/** It is not carried out; its user is told why, and what to refer to. */
export async function hold(
  request: ServiceRequest,
  peer: Peer,
  breach: Breach,
  parts: ServiceParts,
): Promise<Refusal<ResponseName>> {
  const reference = await parts.quarantine.hold(request, peer, breach)
  const facts = { ...factsOf(request), user: peer.organisation, role: peer.role }
  parts.audit.critical('RequestQuarantined', { ...facts, breach, reference: reference ?? 'full' })
  parts.happened.security(breach, request.target)
  if (reference === undefined) return refused('QuarantineFull', breach)
  const { originator, target, counter } = request
  const id = { originator, target, counter }
  await parts.alerts.tell(peer, { kind: 'quarantined', breach, reference, request: id })
  return refused('Quarantined', heldDetail(breach, reference))
}
