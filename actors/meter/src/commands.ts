import {
  acceptCommand,
  encodeResponse,
  type Accepted,
  type DeviceAnchors,
  type ResultCode,
} from '@interlock/gbcs'
import type { Log } from '@interlock/host'
import type { Crypto } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { readTariffBytes } from '@interlock/tariff'
import { setsTariff, type TariffCommand, type TariffMemory } from './tariff-memory.ts'

export type MeterParts = {
  readonly anchors: DeviceAnchors
  readonly memory: TariffMemory
  readonly audit: Audit
  readonly crypto: Crypto
  readonly log: Log
}

type Result = { readonly result: ResultCode; readonly data?: Uint8Array }

/**
 * Answers one message from the network; `undefined` discards it. Nothing is answered to what does not
 * verify: an answer would be signed, and would serve whoever sent it.
 */
export function answerCommand(bytes: Uint8Array, meter: MeterParts): Uint8Array | undefined {
  const { anchors, memory, audit, crypto, log } = meter
  const accepted = acceptCommand(bytes, anchors, crypto)
  if (!accepted.ok) {
    const { reason, detail } = accepted
    log.warn({ reason, detail }, 'a command was discarded')
    audit.critical('CommandDiscarded', { reason, detail: detail ?? '' })
    return undefined
  }
  const { command, critical } = accepted.value
  // Used up before anything else happens, so that no crash lets it be used again.
  if (critical) memory.use(command.originator, command.counter)
  const answer = execute(accepted.value, memory)
  audit.critical('CommandAnswered', {
    useCase: command.useCase,
    originator: command.originator,
    counter: command.counter.toString(),
    result: answer.result,
  })
  return encodeResponse(command, answer, anchors.keyAgreement, crypto)
}

function execute({ command, bytes }: Accepted, memory: TariffMemory): Result {
  if (setsTariff(command)) {
    const taken = isTariff(command) && memory.install(bytes).ok
    return { result: taken ? 'success' : 'otherReason' }
  }
  if (command.useCase === 'ReadTariff') {
    const held = memory.tariff()
    return held ? { result: 'success', data: held.signed } : { result: 'objectUndefined' }
  }
  // A meter has no auxiliary controllers in this house.
  return { result: 'objectUndefined' }
}

/** A document that no reader would take is not kept either. */
const isTariff = (command: TariffCommand): boolean =>
  command.useCase === 'UpdateHalfHourlyTariff' ||
  readTariffBytes(command.document, command.version).ok
