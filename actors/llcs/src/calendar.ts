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
import { vouches } from './network-time.ts'

/**
 * Keeps what the supplier has set for the controllers, from its date of execution on. It is that one party's
 * word and moves nothing: what switches a load is an arm, which both ledgers have charged. It judges for itself
 * what is not to be carried out: a signed message may have gone past whoever makes them.
 */
export function takeCalendar(llcs: Llcs, command: CommandOf<'ECS46d'>, signed: Uint8Array): Answer {
  const { keeper, deps, config } = llcs
  const { execution } = command
  const now = deps.clock.now()
  const refuse = (reason: string, words: string): void => {
    deps.log.warn({ reason }, words)
    llcs.audit.critical('CalendarRefused', { reason })
    llcs.publish({ kind: 'refusal', reason })
  }
  const problem = calendarProblem(command, {
    controllers: config.evses,
    ...deviceExecutions(now),
  })
  if (problem !== undefined) {
    refuse(problem, calendarProblems[problem])
    return { result: problem === 'ControllerUnknown' ? 'objectUndefined' : 'otherReason' }
  }
  // By a clock that the network contradicts nothing is taken for a date.
  if (typeof execution !== 'string' && !vouches(keeper.memory)) {
    refuse('ClockDisagreement', 'the network has another time')
    return { result: 'otherReason' }
  }
  // One whose date has come in this very moment must not be replaced unsaid.
  llcs.tellExecuted()
  const last = lastInForce(keeper.memory, now)
  const standing = last === undefined ? [] : [last]
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
export function calendarAt(memory: Memory, now: Instant): ControllerCalendar | undefined {
  const found = lastInForce(memory, now)
  return found && commandOf(found)
}

const lastInForce = (memory: Memory, now: Instant): StoredCalendar | undefined =>
  memory.calendars?.findLast((each) => hasCome(each, now, memory))

/**
 * Whether its time has come. A date comes only by a clock that the network does not contradict; what had come before
 * the network did stays.
 */
const hasCome = ({ from, untold }: StoredCalendar, now: Instant, memory: Memory): boolean =>
  from <= now && (untold === undefined || vouches(memory))

/** The command by which a calendar was set. */
export function commandOf({ bytes: text }: StoredCalendar): CommandOf<'ECS46d'> | undefined {
  const bytes = fromBase64(text)
  const read = bytes && decodeSigned(bytes)
  return read?.ok === true && read.value.command.useCase === 'ECS46d'
    ? read.value.command
    : undefined
}
