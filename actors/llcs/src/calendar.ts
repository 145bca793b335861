import { deviceExecutions } from '@interlock/contract'
import {
  calendarProblem,
  calendarProblems,
  decodeSigned,
  type Answer,
  type CommandOf,
  type ControllerCalendar,
  type Execution,
} from '@interlock/gbcs'
import { fromBase64, toBase64, type Instant } from '@interlock/kernel'
import type { Memory, StoredCalendar } from './core/memory.ts'
import type { Llcs } from './llcs.ts'

/**
 * Keeps what the supplier has set for the controllers, from its date of execution on. It is that one party's
 * word and moves nothing: what switches a load is an arm, which both ledgers have charged. It judges for itself
 * what is not to be carried out: a signed message may have gone past whoever makes them.
 */
export function takeCalendar(llcs: Llcs, command: CommandOf<'ECS46d'>, signed: Uint8Array): Answer {
  const { keeper, deps, config } = llcs
  const { execution } = command
  const now = deps.clock.now()
  const problem = calendarProblem(command, {
    controllers: config.evses,
    ...deviceExecutions(now),
  })
  if (problem !== undefined) {
    deps.log.warn({ reason: problem }, calendarProblems[problem])
    llcs.audit.critical('CalendarRefused', { reason: problem })
    llcs.publish({ kind: 'refusal', reason: problem })
    return { result: problem === 'ControllerUnknown' ? 'objectUndefined' : 'otherReason' }
  }
  // One whose date has come in this very moment must not be replaced unsaid.
  llcs.tellExecuted()
  const standing = keeper.memory.calendars?.filter((each) => each.from <= now).slice(-1) ?? []
  const next: readonly StoredCalendar[] =
    execution === 'never' ? standing : [...standing, stored(toBase64(signed), execution, now)]
  keeper.commit({ calendars: next })
  llcs.tellExecuted()
  return { result: 'success' }
}

const stored = (
  bytes: string,
  execution: Exclude<Execution, 'never'>,
  now: Instant,
): StoredCalendar =>
  execution === 'atOnce' ? { bytes, from: now } : { bytes, from: execution, untold: true }

/** The calendar in force: the last whose time has come. */
export function calendarAt(
  { calendars = [] }: Memory,
  now: Instant,
): ControllerCalendar | undefined {
  const found = calendars.findLast((each) => each.from <= now)
  return found && commandOf(found)
}

/** The command by which a calendar was set. */
export function commandOf({ bytes: text }: StoredCalendar): CommandOf<'ECS46d'> | undefined {
  const bytes = fromBase64(text)
  const read = bytes && decodeSigned(bytes)
  return read?.ok === true && read.value.command.useCase === 'ECS46d'
    ? read.value.command
    : undefined
}
