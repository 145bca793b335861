import { limits } from '@interlock/contract'
import {
  cancellation,
  type Breach,
  type ResponseName,
  type ServiceRequest,
  type SignedPreCommandBody,
} from '@interlock/duis'
import { armOf, isLoadControlCommand, type Command } from '@interlock/gbcs'
import { ok, refused, toIso, type Instant, type Outcome, type Refusal } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import type { AnomalyRequest } from './anomaly.ts'
import { charge, hold, release, sendCharged } from './carry-out.ts'
import { sourceOf } from './counters.ts'
import { eligibilityOf } from './eligibility.ts'
import { isMissed, type FutureOutcome, type FutureRequest } from './future-dated.ts'
import type { Device } from './inventory.ts'
import { judgeSigned, judgeUser, readSigned } from './judge.ts'
import { factsOf, type Asked, type Served, type ServiceParts } from './parts.ts'

/** A signed pre-command that is not to be sent at once. */
export type FutureDatedBody = SignedPreCommandBody & { readonly executeAt: Instant }

export const isFutureDated = (body: ServiceRequest['body']): body is FutureDatedBody =>
  body.kind === 'signedPreCommand' && body.executeAt !== undefined

/**
 * Holds a request until its date of execution, or cancels what is held. It is judged as it will stand
 * then, and charged now: in the windows in which it will move load, so that what is dated ahead takes
 * nothing past the limits of its day. It is sent once, at its time, whatever counters have been used here by
 * then; whether one above its own came before it, the device knows.
 */
export async function serveFutureDated(
  body: FutureDatedBody,
  request: ServiceRequest,
  peer: Peer,
  device: Device,
  parts: ServiceParts,
  /** What it broke, where it has been let out of quarantine. */
  lifted?: Breach,
): Promise<Served> {
  const { service, commandVariant } = request
  const { executeAt } = body
  const { clock } = parts.deps
  if (eligibilityOf(service).futureDated !== true || commandVariant !== 5)
    return refused('FutureDatingForbidden', `${service} in variant ${commandVariant}`)
  if (executeAt === cancellation) return cancel(body, request, peer, parts)
  const now = clock.now()
  if (executeAt <= now || executeAt > now + limits.futureDatedMillisMax)
    return refused('ExecutionTimeInvalid', toIso(executeAt))
  const signed = judgeSigned(request, body.payload, peer, device, executeAt, parts)
  if (!signed.ok) return signed
  const { command, bytes } = signed.value
  const user = { organisation: peer.organisation, role: peer.role }
  const counted = { user, service, command }
  const breach = await breachOf(counted, lifted, parts)
  if (breach !== undefined) return hold(request, peer, breach, parts)
  const asked: Asked = { form: 'signed', command, bytes }
  const charged = await charge(asked, request, peer, device, parts)
  if (!charged.ok) return charged
  const digest = charged.value?.digest
  const slot = slotOf(command, service)
  const held = await parts.futureDated.hold({ request, peer, executeAt, digest }, slot)
  if (!held.ok) {
    if (digest !== undefined) await parts.arms.cancel(digest)
    return held
  }
  const replaced = held.value
  if (replaced !== undefined) await takeBack(replaced, 'FutureDatedReplaced', parts)
  const at = toIso(executeAt)
  parts.audit.critical('FutureDated', { ...factsOf(request), user: user.organisation, at })
  return ok({ name: 'FutureDated' })
}

/** What was held for its megawatts had passed, and was counted, before. */
async function breachOf(
  counted: AnomalyRequest,
  lifted: Breach | undefined,
  { anomalies }: ServiceParts,
): Promise<Breach | undefined> {
  if (lifted === undefined) return anomalies.judge(counted)
  return lifted === 'ADMegawattBreach' ? undefined : anomalies.letThrough(counted, lifted)
}

/** Signed like what it cancels, so that nobody can whose own it is not. */
async function cancel(
  { payload }: FutureDatedBody,
  request: ServiceRequest,
  peer: Peer,
  parts: ServiceParts,
): Promise<Served> {
  const signed = readSigned(request, payload, peer, parts.deps.crypto)
  if (!signed.ok) return signed
  const slot = slotOf(signed.value.command, request.service)
  const held = await parts.futureDated.cancel(peer, slot)
  if (held === undefined) return refused('FutureDatedUnknown', slot)
  await takeBack(held, 'FutureDatedCancelled', parts)
  return ok({ name: 'Cancelled' })
}

async function takeBack(held: FutureRequest, what: string, parts: ServiceParts): Promise<void> {
  parts.audit.critical(what, { ...factsOf(held.request), at: toIso(held.executeAt) })
  if (held.digest !== undefined) await parts.arms.cancel(held.digest)
}

/** Of each device, service and controller one request is held, and of each party whose certificates are replaced. */
export function slotOf(command: Command, service: string): string {
  const slot = `${command.originator} ${command.target} ${service}`
  if (command.useCase === 'CS02g') return `${slot} ${command.useCase}`
  return isLoadControlCommand(command) ? `${slot} ${command.controller}` : slot
}

/**
 * Its time has come: judged once more as things stand now, counted in this window, and sent. While its device is
 * not there it is tried again, until its time has passed. What is not sent gives back what it was charged.
 */
export async function carryOutFutureDated(
  held: FutureRequest,
  parts: ServiceParts,
): Promise<FutureOutcome> {
  const { request, digest, executeAt } = held
  const device = parts.inventory.device(request.target)
  const isReached = device !== undefined && parts.wan.reaches(device)
  const isOver = (): boolean => isMissed(executeAt, parts.deps.clock.now())
  if (!isReached && !isOver()) return 'Later'
  const ready = await readyToSend(held, parts)
  if (!ready.ok && digest !== undefined) await parts.arms.cancel(digest)
  const sent = ready.ok ? await ready.value.send() : ready
  if (ready.ok && !sent.ok) {
    if (sent.reason === 'DeviceUnreachable' && !isOver()) return 'Again'
    await ready.value.giveBack(sent)
  }
  return end(held, sent.ok ? 'Accepted' : sent.reason, parts)
}

/**
 * One that was on its way when all ended: the device may have it or not, so that it is not sent again, and what it was
 * charged stays.
 */
export const loseFutureDated = (held: FutureRequest, parts: ServiceParts): Promise<ResponseName> =>
  end(held, 'DeliveryTimeout', parts)

async function end(
  { request, peer }: FutureRequest,
  outcome: ResponseName,
  parts: ServiceParts,
): Promise<ResponseName> {
  parts.audit.critical('FutureDatedEnded', { ...factsOf(request), outcome })
  const { originator, target, counter } = request
  const id = { originator, target, counter }
  await parts.alerts.tell(peer, { kind: 'futureDated', request: id, outcome })
  if (outcome !== 'Accepted') parts.happened.refused(outcome, peer, request)
  return outcome
}

type Ready = {
  readonly send: () => Promise<Served>
  /** The budget of what has reached nobody. */
  readonly giveBack: (sent: Refusal<ResponseName>) => Promise<void>
}

async function readyToSend(
  { request, peer, executeAt, isCounted }: FutureRequest,
  parts: ServiceParts,
): Promise<Outcome<Ready, ResponseName>> {
  const { body, service, target, counter } = request
  const { clock, crypto } = parts.deps
  const now = clock.now()
  if (isMissed(executeAt, now)) return refused('FutureDatedMissed', toIso(executeAt))
  if (parts.revoked(peer.serialHex)) return refused('SignerRevoked', peer.serialHex)
  if (!isFutureDated(body)) return refused('RequestMalformed', body.kind)
  const device = judgeUser(request, peer, parts)
  if (!device.ok) return device
  const signed = judgeSigned(request, body.payload, peer, device.value, now, parts)
  if (!signed.ok) return signed
  const { command, bytes } = signed.value
  const user = { organisation: peer.organisation, role: peer.role }
  const breach = isCounted ? undefined : await parts.anomalies.judge({ user, service, command })
  // Let through it is sent then and there.
  if (breach !== undefined) return hold(atOnce(request, body), peer, breach, parts)
  const arm = isLoadControlCommand(command) ? armOf(bytes, crypto) : undefined
  if (arm?.ok === false) return refused('PreCommandChanged', arm.reason)
  const source = sourceOf(request, peer)
  const isOvertaken = counter < (await parts.counters.last(source, target))
  await parts.counters.use(source, target, counter)
  const asked: Asked = { form: 'signed', command, bytes }
  return ok({
    async send() {
      const sent = await sendCharged(asked, arm?.value, request, device.value, parts)
      const isDiscarded = !sent.ok && sent.reason === 'DeviceDiscarded'
      return isDiscarded && isOvertaken ? { ...sent, reason: 'FutureDatedOvertaken' } : sent
    },
    giveBack: (sent) => release(sent, arm?.value, request, parts),
  })
}

const atOnce = (
  request: ServiceRequest,
  { kind, payload }: SignedPreCommandBody,
): ServiceRequest => ({ ...request, body: { kind, payload } })
