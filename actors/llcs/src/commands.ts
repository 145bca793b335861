import {
  acceptCommand,
  armOf,
  encodeResponse,
  isExecutable,
  isLoadControlCommand,
  updatesCredentials,
  type Answer,
  type Command,
  type LoadControlCommand,
  type ResultCode,
  type UseCase,
} from '@interlock/gbcs'
import { isSuperseded } from '@interlock/contract'
import { fromBase64, toBase64, type Eui64, type PublicKey } from '@interlock/kernel'
import { ownerEui } from '@interlock/seal'
import { advanceCounter, lastCounter } from './core/counters.ts'
import { heldArms, withArm } from './core/memory.ts'
import { replaceCredentials } from './credentials.ts'
import type { Anchor, Llcs } from './llcs.ts'
import { readConfiguration, readOperation } from './controllers.ts'
import { takeCalendar } from './calendar.ts'
import { activate } from './firmware.ts'
import { takeTime } from './network-time.ts'
import { isRevoked } from './revocation.ts'
import { readSettlement } from './settlement-read.ts'

/**
 * Answers one message from the network; `undefined` discards it. Nothing is answered to what does not
 * verify: an answer would be signed, and would serve whoever sent it.
 */
export async function answerCommand(
  llcs: Llcs,
  bytes: Uint8Array,
): Promise<Uint8Array | undefined> {
  const { deps, identity, anchors, keeper, audit } = llcs
  const accepted = acceptCommand(
    bytes,
    {
      eui: llcs.eui,
      keyAgreement: identity.key,
      brokerKey: anchors.broker.publicKey,
      signer: (originator, useCase) => signer(llcs, originator, useCase),
      lastCounter: (originator) => lastCounter(keeper.memory.counters, originator),
    },
    deps.crypto,
  )
  if (!accepted.ok) return discard(llcs, accepted.reason, accepted.detail)
  const revoked = revokedSigner(llcs, accepted.value.command)
  if (revoked !== undefined) return discard(llcs, 'SignerRevoked', revoked)
  const { command, critical, bytes: signed } = accepted.value
  const { originator, counter, useCase } = command
  if (critical) {
    const counters = advanceCounter(keeper.memory.counters, originator, counter)
    if (!counters.ok) return undefined
    // Used up before anything else happens, so that no crash lets it be used again.
    keeper.commit({ counters: counters.value })
  }
  audit.critical('CommandAccepted', { useCase, originator, counter: counter.toString() })
  const answer = await execute(llcs, command, signed)
  audit.critical('CommandAnswered', {
    useCase,
    originator,
    counter: counter.toString(),
    result: answer.result,
  })
  return encodeResponse(command, answer, identity.key, deps.crypto)
}

function discard(llcs: Llcs, reason: string, detail = ''): undefined {
  llcs.deps.log.warn({ reason, detail }, 'a command was discarded')
  llcs.audit.critical('CommandDiscarded', { reason, detail })
  llcs.publish({ kind: 'refusal', reason })
}

/** Both authorisations of a command count by certificates; an owner's key has none. */
function revokedSigner(llcs: Llcs, { useCase }: Command): Eui64 | undefined {
  const signers = [llcs.anchors.broker, signerOf(llcs, useCase)].filter(
    (each) => each !== undefined,
  )
  return signers.find((anchor) => isRevoked(llcs.keeper.memory, anchor))?.organisation
}

/** What the home's supplier may originate besides credentials: firmware, the time, and the state of its loads. */
const suppliers: ReadonlySet<UseCase> = new Set([
  'CS06',
  'ECS46d',
  'ECS70',
  'ActivateLoad',
  'DeactivateLoad',
])

/** The cell whose role may originate this: the DSRSP for response, the supplier for the rest. */
function signerOf({ anchors, payer }: Llcs, useCase: UseCase): Anchor | undefined {
  if (useCase === 'ECS47e') return anchors.dsrsp
  return suppliers.has(useCase) || updatesCredentials(useCase) ? payer?.supplier : undefined
}

/** The key of that cell, or of an owner for on-demand arms. */
function signer(llcs: Llcs, originator: Eui64, useCase: UseCase): PublicKey | undefined {
  const { crypto } = llcs.deps
  if (useCase !== 'ECS47a') {
    const anchor = signerOf(llcs, useCase)
    return anchor?.organisation === originator ? anchor.publicKey : undefined
  }
  for (const text of llcs.keeper.memory.ownerKeys) {
    const spki = fromBase64(text)
    if (spki !== undefined && ownerEui(spki, crypto) === originator) return crypto.publicKey(spki)
  }
  return undefined
}

async function execute(llcs: Llcs, command: Command, signed: Uint8Array): Promise<Answer> {
  if (command.useCase === 'CS02b' || command.useCase === 'CS02g')
    return replaceCredentials(llcs, command, signed)
  if (command.useCase === 'CS06') return activate(llcs, command)
  if (command.useCase === 'ECS70')
    return { result: isExecutable(command) ? await takeTime(llcs, command) : 'otherReason' }
  if (command.useCase === 'ECS46d') return takeCalendar(llcs, command, signed)
  if (command.useCase === 'ECS22b') return readSettlement(llcs, command)
  if (command.useCase === 'ECS61d') return readConfiguration(llcs)
  if (command.useCase === 'ECS61e') return readOperation(llcs)
  return {
    result: isLoadControlCommand(command)
      ? await takeArm(llcs, command, signed)
      : 'objectUndefined',
  }
}

/** Keeps the arm and passes it to the charger, which verifies it again. */
async function takeArm(
  llcs: Llcs,
  command: LoadControlCommand,
  signed: Uint8Array,
): Promise<ResultCode> {
  const { deps, keeper, config } = llcs
  const now = deps.clock.now()
  if (!config.evses.includes(command.controller)) return 'objectUndefined'
  const arm = armOf(signed, deps.crypto)
  if (!arm.ok || arm.value.until <= now) return 'otherReason'
  const preCommand = toBase64(signed)
  const held = heldArms(keeper.memory, now, deps.crypto)
  // What has moved a load stays, so that its return is reported.
  const standing = held.filter(
    (each) => each.stored.used === true || !isSuperseded(each.arm, arm.value),
  )
  keeper.commit({ arms: withArm(standing, command, preCommand) })
  const { digest, use, originator } = arm.value
  llcs.publish({ kind: 'arm', data: { arm: digest, use, originator } })
  // A charger that cannot be reached now is told when it comes back.
  const reason = await llcs.tellStation({ kind: 'arm', preCommand })
  if (reason === undefined || reason === 'Offline' || reason === 'Unanswered') return 'success'
  forget(llcs, digest)
  return 'readWriteDenied'
}

function forget({ keeper, deps }: Llcs, digest: string): void {
  const held = heldArms(keeper.memory, deps.clock.now(), deps.crypto)
  keeper.commit({
    arms: held.filter(({ arm }) => arm.digest !== digest).map(({ stored }) => stored),
  })
}
