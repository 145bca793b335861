import {
  acceptCommand,
  encodeResponse,
  type Accepted,
  type DeviceAnchors,
  tariffDocumentBytesMax,
  tariffUpdates,
  type CommandOf,
  type Answer,
  type UseCase,
} from '@interlock/gbcs'
import type { Log } from '@interlock/host'
import type { Clock, Crypto } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import {
  activateImage,
  setsTariff,
  type HeldFirmware,
  type TrustAnchorCells,
} from '@interlock/seal'
import { consumptionBytes } from '@interlock/tariff'
import { takeTime } from './clock.ts'
import { replaceCredentials } from './credentials.ts'
import { setTariff } from './set-tariff.ts'
import { showTariff } from './show-tariff.ts'
import type { TariffMemory } from './tariff-memory.ts'

/** What the supplier alone may command. */
export const ofSupplier: readonly UseCase[] = [
  'CS02b',
  'CS02g',
  'CS06',
  'ECS38',
  'ECS70',
  ...tariffUpdates,
]

export type MeterParts = {
  readonly anchors: DeviceAnchors
  readonly memory: TariffMemory
  readonly firmware: Pick<HeldFirmware, 'version' | 'images'>
  readonly cells: TrustAnchorCells
  /** DER, smart-meter side; where there is none no certificate is replaced. */
  readonly roots: readonly Uint8Array[]
  /** For dates of execution. */
  readonly clock: Pick<Clock, 'now'>
  /** For the periods of certificates. */
  readonly wall: Pick<Clock, 'now'>
  readonly audit: Audit
  readonly crypto: Crypto
  readonly log: Log
}

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
  const answer = execute(accepted.value, meter)
  audit.critical('CommandAnswered', {
    useCase: command.useCase,
    originator: command.originator,
    counter: command.counter.toString(),
    result: answer.result,
  })
  return encodeResponse(command, answer, anchors.keyAgreement, crypto)
}

function execute({ command, bytes }: Accepted, meter: MeterParts): Answer {
  const { memory } = meter
  if (command.useCase === 'CS02b' || command.useCase === 'CS02g')
    return replaceCredentials(command, meter)
  if (command.useCase === 'CS06') return activate(command, meter)
  if (command.useCase === 'ECS70') return takeTime(command, meter)
  if (setsTariff(command)) return setTariff(command, bytes, meter)
  if (command.useCase === 'ReadTariff') {
    const held = memory.tariff()
    return held ? { result: 'success', data: held.signed } : { result: 'objectUndefined' }
  }
  if (command.useCase === 'ReadConsumption') {
    const counted = memory.consumptions()
    return counted.length === 0
      ? { result: 'objectUndefined' }
      : { result: 'success', data: consumptionBytes(counted, tariffDocumentBytesMax) }
  }
  if (command.useCase === 'ECS24') return showTariff(memory, meter.clock)
  // A meter has no auxiliary controllers in this house, and no load that it could put off (ECS38).
  return { result: 'objectUndefined' }
}

/** Runs an image that it holds, and says which version runs now; one that it does not hold, or an older, never runs. */
function activate(command: CommandOf<'CS06'>, { memory, firmware, audit }: MeterParts): Answer {
  const running = memory.firmware() ?? firmware.version
  const { answer, runs, kept } = activateImage(command, running, firmware)
  if (runs !== undefined) memory.activate(runs)
  if (kept !== undefined) audit.critical('FirmwareKept', { problem: kept, version: running })
  return answer
}
