import type { FlattenedJws } from '@interlock/contract'
import { Fault, type Outcome, ok, refused } from '@interlock/kernel'
import { CallFailed, type Action, type Request } from '@interlock/ocpp'
import { effectWindow, signCommand, verifyReply } from '@interlock/seal'
import type { Context, Member } from '../context.ts'

export type Command<A extends Action = Action> = {
  readonly action: A
  readonly payload: Request<A>
  /** Digest of the arm it relies on, instead of a countersignature. */
  readonly armDigest?: string
}

/** Signs a command, has it seconded, and sends it through the virtual EVSE; the station's verdict. */
export async function send(
  context: Context,
  member: Member,
  command: Command,
): Promise<Outcome<void, string>> {
  if (member.endpoint === undefined) return refused('StationOffline')
  try {
    const signed = await sign(context, member, command)
    if (command.armDigest !== undefined) return await deliver(context, member, command, signed)
    const seconded = await context.supervisor.countersign(member.stationId, signed)
    return seconded.ok ? await deliver(context, member, command, seconded.value) : seconded
  } catch (cause) {
    if (cause instanceof Fault) return refused(cause.code, cause.message)
    if (cause instanceof CallFailed) return refused(failureOf(cause), cause.description)
    throw cause
  }
}

const failureOf = ({ code }: CallFailed): string =>
  code === 'Closed' || code === 'GenericError' ? 'StationOffline' : code

async function sign(context: Context, member: Member, command: Command): Promise<FlattenedJws> {
  const { deps, identity } = context
  const now = deps.clock.now()
  const path = command.armDigest === undefined ? 'countersigned' : 'armed'
  const counter = await context.store.counter(member.eui, path, now)
  const effect = effectWindow(now)
  context.audit.critical('CommandSigned', {
    station: member.stationId,
    action: command.action,
    counter: counter.toString(),
    arm: command.armDigest ?? null,
  })
  return signCommand(
    {
      action: command.action,
      payload: command.payload,
      role: 'dsrsp',
      org: identity.peer.organisation,
      thumbprint: identity.peer.thumbprint,
      target: { station: member.eui, evse: member.evse },
      counter,
      issuedAt: now,
      expiresAt: effect.until,
      effect,
      ...(command.armDigest === undefined ? {} : { armDigest: command.armDigest }),
    },
    identity.key,
    deps.crypto,
  )
}

/** The CSMS in between carries request and reply; only the station can have signed the reply. */
async function deliver(
  context: Context,
  member: Member,
  command: Command,
  signed: FlattenedJws,
): Promise<Outcome<void, string>> {
  const reply = await member.endpoint?.callSigned(command.action, signed)
  const station = await context.supervisor.certificate(member.stationId)
  if (!station.ok) return station
  const verified = verifyReply(reply, signed, station.value, context.deps.crypto)
  if (!verified.ok) return verified
  const { status, statusInfo } = verified.value as {
    status?: string
    statusInfo?: { reasonCode?: string; additionalInfo?: string }
  }
  return status === 'Accepted'
    ? ok(undefined)
    : refused(statusInfo?.reasonCode ?? status ?? 'Rejected', statusInfo?.additionalInfo)
}
