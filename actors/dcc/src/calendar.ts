import { limits } from '@interlock/contract'
import {
  cancellation,
  weekdays,
  type CalendarDate,
  type ControllerSchedule,
  type ControllerSchedulesBody,
  type ResponseName,
} from '@interlock/duis'
import {
  calendarProblem,
  calendarProblems,
  takes,
  type CalendarDay,
  type ControllerCalendar,
  type Execution,
} from '@interlock/gbcs'
import { instant, refused, type Instant, type Refusal } from '@interlock/kernel'
import type { Device } from './inventory.ts'

/** What a device is told of the schedules of its auxiliary controllers (6.14.3). */
export const calendarOf = (body: ControllerSchedulesBody): ControllerCalendar => ({
  entries: body.schedules.map(entryOf),
  specialDays: body.specialDays.map(dayOf),
  execution: executionOf(body),
})

export const dayOf = ({ year, month, day }: CalendarDate): CalendarDay => ({ year, month, day })

function entryOf({
  action,
  when,
  ...applies
}: ControllerSchedule): ControllerCalendar['entries'][0] {
  return {
    ...action,
    atSeconds: secondsOf(when.at),
    weekdays: numbers(applies.weekdays.map((each) => weekdays.indexOf(each) + 1)),
    specialDays: numbers(applies.specialDays),
    from: dayOf(when.from),
    until: dayOf(when.until),
  }
}
/** Of a time of day, `hh:mm:ss`. */
export function secondsOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return hours * 3_600 + minutes * 60 + seconds
}
/** In the order of the message, which has a bit for each. */
const numbers = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b)

export const executionOf = ({
  executeAt,
}: {
  readonly executeAt?: Instant | undefined
}): Execution =>
  executeAt === undefined ? 'atOnce' : executeAt === cancellation ? 'never' : executeAt

/** What is asked for has to be one that can be said: the message numbers special days by their place. */
export function bodyProblem(
  command: ControllerCalendar,
  { specialDays }: ControllerSchedulesBody,
): Refusal<ResponseName> | undefined {
  if (specialDays.some(({ id }, at) => id !== at + 1))
    return invalid('special days are numbered in their order, from 1')
  return takes('ECS46d', command)
    ? undefined
    : invalid('a schedule says something twice, or a day that there is not')
}

/**
 * What is asked for, and what comes back signed, is carried out within the time of all requests and by
 * controllers of the device. What is signed may be as late as all that has a date.
 */
export function scheduleProblem(
  command: ControllerCalendar,
  { ratings }: Device,
  now: Instant,
  lateMillis: number,
): Refusal<ResponseName> | undefined {
  const problem = calendarProblem(command, {
    controllers: ratings.keys(),
    ...executionsAt(now, lateMillis),
  })
  return problem && invalid(`${problem}: ${calendarProblems[problem]}`)
}

/** The first and last date of execution that a device may be given. */
export const executionsAt = (now: Instant, lateMillis: number) => ({
  earliest: instant(now - lateMillis),
  latest: instant(now + limits.futureDatedMillisMax),
})

const invalid = (words: string): Refusal<ResponseName> => refused('ParameterInvalid', words)
