import { deviceExecutions } from '@interlock/contract'
import {
  answerOfAll,
  executionProblem,
  importTariffObjects,
  type Answer,
  type CommandOf,
} from '@interlock/gbcs'
import type { Instant } from '@interlock/kernel'
import { beginsAt, tariffSaid, type TariffCommand } from '@interlock/seal'
import type { MeterParts } from './commands.ts'

/**
 * Keeps a tariff whose signature was verified, at once or from its date on, or cancels what was to come.
 * Answers for each object of the standard's message; where one is at fault none comes into force.
 */
export function setTariff(
  command: TariffCommand,
  signed: Uint8Array,
  { memory, clock }: Pick<MeterParts, 'memory' | 'clock'>,
): Answer {
  const now = clock.now()
  const answer =
    command.useCase === 'ECS01a'
      ? answerToStandard(command, now, memory.clockAgrees())
      : answerToOurs(command, now, memory.clockAgrees())
  if (answer.result !== 'success') return answer
  return memory.install(signed, now).ok ? answer : { result: 'otherReason' }
}

/** A document that no reader would take is not kept either, nor what begins later by a clock that is contradicted. */
function answerToOurs(
  command: CommandOf<'UpdateHalfHourlyTariff' | 'UpdateTariffDocument'>,
  now: Instant,
  clockAgrees: boolean,
): Answer {
  const at = tariffSaid(command).ok ? beginsAt(command) : undefined
  return { result: at !== undefined && (clockAgrees || at <= now) ? 'success' : 'otherReason' }
}

function answerToStandard(
  command: CommandOf<'ECS01a'>,
  now: Instant,
  clockAgrees: boolean,
): Answer {
  const { execution } = command
  const priced = execution === 'never' || tariffSaid(command).ok
  // By a clock that the network contradicts nothing is taken for a date.
  const inTime =
    (typeof execution === 'string' || clockAgrees) &&
    executionProblem(execution, deviceExecutions(now)) === undefined
  return answerOfAll(
    importTariffObjects.map((object) => {
      const fits = isActivation(object) ? priced && inTime : priced || !isPriced(object)
      return fits ? 'success' : 'otherReason'
    }),
  )
}

const isActivation = (object: string): boolean => object.startsWith('activation')
const isPriced = (object: string): boolean => /^(?:prices|standing charge) to come$/.test(object)
