import {
  heldDetail,
  openSigned,
  parseRequest,
  type Breach,
  type DuisProblem,
  type ResponseName,
  type ServiceRequest,
  type XmlSigner,
} from '@interlock/duis'
import {
  addMac,
  armOf,
  decodeResponse,
  encodeUnsignedCommand,
  isLoadControlCommand,
  type Command,
  type SignedCommand,
} from '@interlock/gbcs'
import type { ActorDeps, Identity, Reply } from '@interlock/host'
import { ok, refused, type Ok, type Outcome, type Refusal } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { Peer } from '@interlock/pki'
import type { Anomalies } from './anomalies.ts'
import type { ArmBook } from './arm-book.ts'
import { chargeOf } from './charge.ts'
import type { Counters } from './counters.ts'
import { eligibilityOf } from './eligibility.ts'
import type { Happened } from './happened.ts'
import type { Device, Inventory } from './inventory.ts'
import { commandOf, judgeSigned, judgeUser, transform } from './judge.ts'
import type { ListDelivery } from './list-delivery.ts'
import type { Quarantine, Quarantined } from './quarantine.ts'
import { duisReply } from './reply.ts'
import type { WanServer } from './wan-server.ts'

export type ServiceParts = {
  readonly region: string
  readonly identity: Identity
  /** The same, for what is answered. */
  readonly signer: XmlSigner
  readonly inventory: Inventory
  readonly counters: Counters
  readonly arms: ArmBook
  readonly wan: WanServer
  readonly lists: ListDelivery
  readonly anomalies: Anomalies
  readonly quarantine: Quarantine
  readonly audit: Audit
  readonly happened: Happened
  readonly deps: Pick<ActorDeps, 'clock' | 'crypto' | 'log'>
}

type Answered = { readonly preCommand?: Uint8Array; readonly payload?: Uint8Array }
/** A refusal by the device carries the device's own answer. */
type Served = Ok<Answered> | (Refusal<ResponseName> & { readonly payload?: Uint8Array })

/** `POST /duis`: one service request, answered when the device has answered. */
export async function answerServiceRequest(
  xml: string,
  peer: Peer,
  parts: ServiceParts,
): Promise<Reply> {
  const read = readSigned(xml, peer, parts)
  const request = read.ok ? read.value : undefined
  const outcome: Served = read.ok ? await serve(read.value, peer, parts) : read
  if (outcome.ok) return duisReply('Accepted', parts, request, outcome.value)
  const { reason, detail, payload } = outcome
  parts.audit.critical('RequestRefused', {
    user: peer.organisation,
    role: peer.role,
    reason,
    detail: detail ?? '',
    ...(request === undefined ? {} : factsOf(request)),
  })
  parts.happened.refused(reason, peer, request)
  return duisReply(reason, parts, request, { detail, payload })
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
  return request.ok ? request : refused('RequestMalformed', request.reason)
}

const ofSignature: ReadonlySet<DuisProblem> = new Set([
  'SignatureMissing',
  'SignatureUnexpected',
  'SignatureInvalid',
])

type Asked =
  | { readonly form: 'signed'; readonly signed: SignedCommand }
  | { readonly form: 'unsigned'; readonly command: Command }
  | { readonly form: 'preCommand'; readonly bytes: Uint8Array }

/** One service request, once its XML signature has been verified. */
export async function serve(
  request: ServiceRequest,
  peer: Peer,
  parts: ServiceParts,
): Promise<Served> {
  const device = judgeUser(request, peer, parts.inventory)
  if (!device.ok) return device
  const { target, counter, service } = request
  const source = sourceOf(request, peer)
  if (counter <= (await parts.counters.last(source, target)))
    return refused('CounterUsed', `${counter}`)
  const asked = readAsked(request, peer, device.value, parts)
  if (!asked.ok) return asked
  if (asked.value.form === 'preCommand') return ok({ preCommand: asked.value.bytes })
  const { organisation, role } = peer
  const command = asked.value.form === 'signed' ? asked.value.signed.command : asked.value.command
  const breach = await parts.anomalies.judge({ user: { organisation, role }, service, command })
  if (!(await parts.counters.use(source, target, counter)))
    return refused('CounterUsed', `${counter}`)
  if (breach !== undefined) return hold(request, peer, breach, parts)
  return carryOut(asked.value, request, peer, device.value, parts)
}

/** A request out of quarantine: its counter is used, its parameters are judged as they stand now. */
export async function serveHeld(
  { request, peer }: Pick<Quarantined, 'request' | 'peer'>,
  parts: ServiceParts,
): Promise<Served> {
  const device = judgeUser(request, peer, parts.inventory)
  if (!device.ok) return device
  const asked = readAsked(request, peer, device.value, parts)
  if (!asked.ok) return asked
  if (asked.value.form === 'preCommand') return refused('RequestMalformed', 'nothing to carry out')
  return carryOut(asked.value, request, peer, device.value, parts)
}

function readAsked(
  request: ServiceRequest,
  peer: Peer,
  device: Device,
  { deps }: ServiceParts,
): Outcome<Asked, ResponseName> {
  const now = deps.clock.now()
  const { body } = request
  if (body.kind === 'signedPreCommand') {
    const signed = judgeSigned(request, body.payload, peer, device, now, deps.crypto)
    return signed.ok ? ok({ form: 'signed', signed: signed.value }) : signed
  }
  const command = commandOf(request, device, now)
  if (!command.ok) return command
  return request.commandVariant === 4
    ? ok({ form: 'preCommand', bytes: transform(command.value) })
    : ok({ form: 'unsigned', command: command.value })
}

/** It is not carried out; its user is told why, and what to refer to. */
async function hold(
  request: ServiceRequest,
  peer: Peer,
  breach: Breach,
  parts: ServiceParts,
): Promise<Refusal<ResponseName>> {
  const reference = await parts.quarantine.hold(request, peer, breach)
  const facts = { ...factsOf(request), user: peer.organisation, role: peer.role }
  parts.audit.critical('RequestQuarantined', { ...facts, breach, reference: reference ?? 'full' })
  parts.happened.security(breach, request.target)
  return reference === undefined
    ? refused('QuarantineFull', breach)
    : refused('Quarantined', heldDetail(breach, reference))
}

/** Both ledgers, then delivery: each durable before the next. The counter was used up before. */
async function carryOut(
  asked: Exclude<Asked, { form: 'preCommand' }>,
  request: ServiceRequest,
  peer: Peer,
  device: Device,
  parts: ServiceParts,
): Promise<Served> {
  if (asked.form === 'unsigned') {
    const frame = encodeUnsignedCommand(asked.command)
    return await deliver(frame, 'unsigned', asked.command, device, parts)
  }
  const { command, bytes } = asked.signed
  const facts = { ...factsOf(request), user: peer.organisation, role: peer.role }
  if (!isLoadControlCommand(command)) {
    parts.audit.critical('CommandAccepted', facts)
    return await deliver(bytes, 'signed', command, device, parts)
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
  const delivered = await deliver(bytes, 'signed', command, device, parts)
  parts.audit.record('ArmDelivered', {
    digest: arm.value.digest,
    outcome: delivered.ok ? 'Accepted' : delivered.reason,
  })
  if (!delivered.ok && reachedNobody.has(delivered.reason))
    await parts.arms.cancel(arm.value.digest)
  if (delivered.ok) parts.happened.arm('granted', arm.value)
  return delivered
}

/**
 * The arm is in no device's hands. A hub that says so falsely gains nothing alone: the arm is still its
 * originator's to use. Without any word, as after a timeout, the budget stays.
 */
const reachedNobody: ReadonlySet<ResponseName> = new Set([
  'DeviceUnreachable',
  'DeviceDiscarded',
  'DeviceRefused',
])

/** Adds the MAC, delivers, and verifies that the answer is the device's. */
async function deliver(
  bytes: Uint8Array,
  form: 'signed' | 'unsigned',
  command: Command,
  device: Device,
  parts: ServiceParts,
): Promise<Served> {
  const { crypto } = parts.deps
  const brought = await parts.lists.bring(device)
  if (!brought.ok) return brought
  const keys = { own: parts.identity.key, peer: device.publicKey }
  const answer = await parts.wan.deliver(device, addMac(bytes, form, keys, crypto))
  if (!answer.ok) return answer
  if (answer.value.length === 0) return refused('DeviceDiscarded')
  const read = decodeResponse(answer.value)
  if (!read.ok) return refused('AnswerInvalid', read.reason)
  const { response, covered, signature } = read.value
  const fits =
    response.device === device.eui &&
    response.originator === command.originator &&
    response.counter === command.counter &&
    response.useCase === command.useCase
  if (!fits || !crypto.verify(device.publicKey, covered, signature))
    return refused('AnswerInvalid', 'not the signed answer to this command')
  if (response.result !== 'success')
    return { ...refused('DeviceRefused', response.result), payload: answer.value }
  return ok({ payload: answer.value })
}

/** Whose counter it is: see {@link Counters}. */
const sourceOf = ({ service, originator }: ServiceRequest, peer: Peer): string =>
  eligibilityOf(service).originator === 'self' ? originator : `${peer.organisation}/${originator}`

const factsOf = ({ originator, target, counter, service }: ServiceRequest) => ({
  originator,
  target,
  counter: counter.toString(),
  service,
})
