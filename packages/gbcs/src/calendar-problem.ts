import type { Instant } from '@interlock/kernel'
import type { Execution } from './calendar-day.ts'
import type { CalendarEntry, ControllerCalendar } from './controller-calendar.ts'

/** Why a calendar that can be written and read is not to be carried out. */
export const calendarProblems = {
  ControllerUnknown: 'a schedule is of a controller that the device does not have',
  PeriodReversed: 'a schedule ends before it starts',
  ExecutionPast: 'the date of execution is past',
  ExecutionTooFar: 'the date of execution is too far ahead',
} as const
export type CalendarProblem = keyof typeof calendarProblems

/**
 * What is wrong with a calendar for a device, asked by whoever passes it on and again by the device.
 * @param device its controllers, and the first and last date of execution that it may be given
 */
export function calendarProblem(
  { entries, execution }: ControllerCalendar,
  device: Executions & { readonly controllers: Iterable<number> },
): CalendarProblem | undefined {
  const controllers = new Set(device.controllers)
  if (entries.some(({ controller }) => !controllers.has(controller))) return 'ControllerUnknown'
  if (entries.some(isReversed)) return 'PeriodReversed'
  return executionProblem(execution, device)
}

/** The first and last date of execution that a device may be given. */
export type Executions = { readonly earliest: Instant; readonly latest: Instant }
/** The same for a date of execution alone, as a tariff has one. */
export function executionProblem(
  execution: Execution,
  { earliest, latest }: Executions,
): 'ExecutionPast' | 'ExecutionTooFar' | undefined {
  if (typeof execution === 'string') return undefined
  if (execution < earliest) return 'ExecutionPast'
  return execution > latest ? 'ExecutionTooFar' : undefined
}

/** A period of any year may go over its end: a winter does. */
const isReversed = ({ from, until }: CalendarEntry): boolean =>
  from.year !== 'any' &&
  until.year !== 'any' &&
  Date.UTC(from.year, from.month - 1, from.day) > Date.UTC(until.year, until.month - 1, until.day)
