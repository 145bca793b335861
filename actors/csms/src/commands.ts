import {
  isCritical,
  limits,
  standardClass,
  tableAction,
  type FlattenedJws,
  type StandardClass,
} from '@interlock/contract'
import { Fault, instant, type Instant, type StationId } from '@interlock/kernel'
import { CallFailed, type Action, type Request, type Response } from '@interlock/ocpp'
import type { Bearer } from '@interlock/pki'
import { effectWindow, signCommand, verifyReply } from '@interlock/seal'
import { inBackground } from './background.ts'
import type { Context, Session } from './context.ts'
import type { CounterStore } from './data/counter-store.ts'
import type { TrustMode } from './data/stations.ts'
import { bounded } from './bounded.ts'
import { sendInParts } from './in-parts.ts'
import { learn, prepareToLearn } from './lessons/index.ts'
import { offerPassword, type PasswordOffer } from './password-set.ts'
import { trustBars } from './trust-register.ts'
import { unsendable } from './unsendable.ts'

/** A command to one station. Critical ones are signed; without an arm, countersigned too. */
export type Command<A extends Action = Action> = {
  readonly stationId: StationId
  readonly action: A
  readonly payload: Request<A>
  /** 0: the station as a whole. */
  readonly evse: number
  /** When its first change takes effect, at the earliest. */
  readonly effectFrom: Instant
  /** Digest of the arm it relies on, instead of a countersignature. */
  readonly armDigest?: string
  /** What was asked for, where `payload` is sent in its place. */
  readonly asked?: Request<A>
}

/** How it came out: the station's own status, or why it never got there. */
export type CommandOutcome = {
  readonly status: string
  /** A refusal reason of the gate, of the supervisor, or of the way there. */
  readonly reason?: string
  readonly detail?: string
  readonly response?: unknown
}

export type Ready = { readonly ok: true; send(): Promise<CommandOutcome> }
export type NotReady = { readonly ok: false; readonly outcome: CommandOutcome }

export type Commands = {
  /**
   * Signs, and has countersigned what needs it. The ledgers are charged here, so that commands for
   * several stations are prepared one after another in one order, and may then be sent at once.
   */
  prepare(command: Command): Promise<Ready | NotReady>
  send(command: Command): Promise<CommandOutcome>
}

const accepted = new Set(['Accepted', 'Scheduled', 'RebootRequired'])
export const isAccepted = (outcome: CommandOutcome): boolean => accepted.has(outcome.status)

export function createCommands(context: Context, counters: CounterStore): Commands {
  const prepare = async (wanted: Command): Promise<Ready | NotReady> => {
    const session = context.sessions.get(wanted.stationId)
    const view = context.views.get(wanted.stationId)
    if (session === undefined || view === undefined)
      return notReady(context, wanted, 'StationOffline')
    const command = bounded(wanted, view.record.trust, context.deps.clock.now())
    const reason = await unsendable(context, view, command.action, command.payload)
    if (reason !== undefined) return notReady(context, command, reason.reason, reason.detail)
    const { eui, trust } = view.record
    const weight = weightOf(command, trust)
    if (weight === 'sensitive')
      context.audit.critical('SensitiveCommand', {
        station: command.stationId,
        action: command.action,
      })
    if (weight !== 'critical') return { ok: true, send: () => plain(context, session, command) }
    const barred = await trustBars(context, view)
    if (barred !== undefined) return notReady(context, command, barred.reason, barred.detail)
    // What a standard station cannot check, nobody but the supervisor can.
    if (trust === 'standard' && command.armDigest !== undefined)
      return notReady(context, command, 'SecondUnsuitable', 'a standard station knows no arms')
    const path = command.armDigest === undefined ? 'countersigned' : 'armed'
    const counter = await counters.next(eui, path, context.deps.clock.now())
    const signed = sign(context, command, { station: eui, evse: command.evse }, counter)
    context.audit.critical('CommandSigned', {
      station: command.stationId,
      action: command.action,
      counter: counter.toString(),
      arm: command.armDigest ?? null,
    })
    if (command.armDigest !== undefined)
      return { ok: true, send: () => deliver(context, session, command, signed) }
    const seconded = await context.supervisor.countersign(command.stationId, signed)
    if (!seconded.ok) return notReady(context, command, seconded.reason, seconded.detail)
    return {
      ok: true,
      send: () =>
        trust === 'standard'
          ? plain(context, session, command)
          : deliver(context, session, command, seconded.value),
    }
  }
  const guarded = async (command: Command): Promise<Ready | NotReady> => {
    try {
      return await prepare(command)
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      return notReady(context, command, cause.code, cause.message)
    }
  }
  return {
    prepare: guarded,
    send: (command) =>
      sendInParts(context, command, async (part) => {
        const ready = await guarded(part)
        return ready.ok ? ready.send() : ready.outcome
      }),
  }
}

/** A standard station may obey what a supervised one refuses or does not know. */
function weightOf({ action, payload }: Command, trust: TrustMode): StandardClass {
  const name = tableAction(action, payload)
  if (trust === 'standard') return standardClass(name, payload)
  return isCritical(name) ? 'critical' : 'routine'
}

function sign(
  context: Context,
  command: Command,
  target: Parameters<typeof signCommand>[0]['target'],
  counter: bigint,
): FlattenedJws {
  const { peer, key } = context.identity
  const now = context.deps.clock.now()
  const effect = effectWindow(command.effectFrom)
  const lifetime = Math.min(effect.until, now + limits.commandLifetimeMillisMax)
  return signCommand(
    {
      action: command.action,
      payload: command.payload,
      role: 'csms',
      org: peer.organisation,
      thumbprint: peer.thumbprint,
      target,
      counter,
      issuedAt: now,
      expiresAt: instant(lifetime),
      effect,
      ...(command.armDigest === undefined ? {} : { armDigest: command.armDigest }),
    },
    key,
    context.deps.crypto,
  )
}

async function deliver(
  context: Context,
  session: Session,
  command: Command,
  signed: FlattenedJws,
): Promise<CommandOutcome> {
  try {
    const offer = await prepared(context, command)
    context.hooks.commanding(command.stationId)
    const reply = await session.endpoint.callSigned(command.action, signed)
    const checked = checkReply(context, session.socket.peer, signed, reply)
    return await learned(context, command, checked, offer)
  } catch (cause) {
    return failed(context, command, cause)
  }
}

async function plain(
  context: Context,
  session: Session,
  command: Command,
): Promise<CommandOutcome> {
  try {
    const offer = await prepared(context, command)
    const response = await session.endpoint.call(command.action, command.payload)
    return await learned(context, command, outcomeOf(response), offer)
  } catch (cause) {
    return failed(context, command, cause)
  }
}

/** What has to be on file before the command leaves, because its answer may be lost. */
async function prepared(context: Context, command: Command): Promise<PasswordOffer | undefined> {
  await prepareToLearn(context, command.stationId, command.action, command.payload)
  return offerPassword(context, command)
}

/** What the station's answer teaches is on file before whoever asked is told. */
async function learned(
  context: Context,
  command: Command,
  outcome: CommandOutcome,
  offer: PasswordOffer | undefined,
): Promise<CommandOutcome> {
  const { stationId, action, payload, asked } = command
  const { response } = outcome
  if (response !== undefined) {
    await offer?.answered(response)
    await learn(context, stationId, action, payload, response as Response<Action>, asked)
  }
  const isLimit = action === 'SetChargingProfile' || action === 'ClearChargingProfile'
  if (isLimit && isAccepted(outcome)) context.hooks.limitsChanged(stationId)
  return settled(context, command, outcome)
}

/** A signed request gets a signed reply (Part 4 §7.2); anything else is not the station's word. */
function checkReply(
  context: Context,
  peer: Bearer | undefined,
  request: FlattenedJws,
  reply: unknown,
): CommandOutcome {
  const publicKey = peer?.publicKey
  if (peer === undefined || publicKey === undefined)
    return { status: 'Unverified', reason: 'ReplySigner' }
  const signer = { ...peer, publicKey }
  const verified = verifyReply(reply, request, signer, context.deps.crypto)
  if (verified.ok) return outcomeOf(verified.value)
  return { status: 'Unverified', reason: verified.reason, ...detailOf(verified.detail) }
}

function outcomeOf(response: unknown): CommandOutcome {
  const { status, statusInfo } = (
    typeof response === 'object' && response !== null ? response : {}
  ) as { status?: unknown; statusInfo?: { reasonCode?: unknown; additionalInfo?: unknown } }
  const { reasonCode, additionalInfo } = statusInfo ?? {}
  return {
    status: typeof status === 'string' ? status : 'Accepted',
    response,
    ...(typeof reasonCode === 'string' ? { reason: reasonCode } : {}),
    ...detailOf(typeof additionalInfo === 'string' ? additionalInfo : undefined),
  }
}

function failed(context: Context, command: Command, cause: unknown): CommandOutcome {
  if (!(cause instanceof CallFailed)) throw cause
  const reason = cause.code === 'Closed' ? 'StationOffline' : cause.code
  return settled(context, command, {
    status: 'Failed',
    reason,
    ...detailOf(cause.description),
  })
}

const notReady = (
  context: Context,
  command: Command,
  reason: string,
  detail?: string,
): NotReady => ({
  ok: false,
  outcome: settled(context, command, { status: 'Refused', reason, ...detailOf(detail) }),
})

/** Puts the outcome on the record; one that is not good is kept for people to see. */
function settled(context: Context, command: Command, outcome: CommandOutcome): CommandOutcome {
  const { stationId, action } = command
  const { status, reason, detail } = outcome
  context.audit.record('CommandOutcome', {
    station: stationId,
    action,
    status,
    reason: reason ?? null,
  })
  const view = context.views.get(stationId)
  if (isAccepted(outcome)) {
    if (view?.refused?.action === action) view.refused = undefined
    const { armDigest: arm } = command
    if (arm !== undefined)
      context.tell({ kind: 'trigger', station: stationId, data: { action, status, arm } })
    return outcome
  }
  const at = context.deps.clock.now()
  const refusal = { at, action, reason: reason ?? status, ...detailOf(detail) }
  if (view !== undefined) view.refused = refusal
  context.tell({ kind: 'refusal', station: stationId, reason: refusal.reason, data: { action } })
  keep(context, { ...refusal, stationId })
  return outcome
}

function keep(
  context: Context,
  refusal: { at: Instant; action: string; reason: string; detail?: string; stationId: StationId },
): void {
  const kept = { ...refusal, id: crypto.randomUUID(), detail: refusal.detail }
  inBackground(context.deps, 'keep-refusal', () => context.kept.refusedCommand(kept))
}

const detailOf = (detail: string | undefined): { detail?: string } =>
  detail === undefined || detail === '' ? {} : { detail }
