import { correlate } from '@interlock/correlate'
import { buildRequest, granted, type LoadControlBody, type ServiceRequest } from '@interlock/duis'
import { armOf, signPreCommand } from '@interlock/gbcs'
import { assert, ok, type Outcome } from '@interlock/kernel'
import type { Arm } from '@interlock/contract'
import type { Context, Member } from '../context.ts'

/**
 * Pre-authorises an LLCS to arm its EVSE (DUIS 7.16): ask the DCC for the pre-command, check it
 * against our own request with an independent parser, sign it, and give it back to be delivered.
 */
export async function preAuthorise(
  context: Context,
  member: Member,
  window: Pick<LoadControlBody, 'from' | 'until'>,
): Promise<Outcome<Arm, string>> {
  const { store, dcc, deps, smartMeterIdentity } = context
  const counter = await store.counter(member.llcs, 'duis', deps.clock.now())
  const asked: ServiceRequest = {
    originator: smartMeterIdentity.peer.organisation,
    target: member.llcs,
    counter,
    service: '7.16',
    commandVariant: 4,
    body: {
      kind: 'loadControl',
      controller: member.evse,
      direction: 'import',
      // The curve says how much; the arm is the ceiling above it.
      levelPercent: 100,
      ...window,
    },
  }
  const response = await dcc.ask(asked)
  if (!response.ok) return response
  const answer = granted(response.value)
  if (!answer.ok) return answer
  const { preCommand } = answer.value
  assert(preCommand !== undefined, 'the answer of a transform carries a pre-command')
  const same = correlate(buildRequest(asked), preCommand)
  if (!same.ok) {
    context.audit.critical('PreCommandRefused', { station: member.stationId, reason: same.reason })
    return same
  }
  const payload = signPreCommand(preCommand, smartMeterIdentity.key, deps.crypto)
  const arm = armOf(payload, deps.crypto)
  if (!arm.ok) return arm
  context.audit.critical('ArmSigned', { station: member.stationId, digest: arm.value.digest })
  const answered = await dcc.ask({
    ...asked,
    commandVariant: 5,
    body: { kind: 'signedPreCommand', payload },
  })
  if (!answered.ok) return answered
  const delivered = granted(answered.value)
  return delivered.ok ? ok(arm.value) : delivered
}
