import { limits } from '@interlock/contract'
import {
  cancellation,
  weekdays,
  type CalendarDate,
  type ControllerSchedule,
  type ControllerSchedulesBody,
  type ResponseName,
} from '@interlock/duis'
import { takes, type CalendarDay, type ControllerCalendar, type Execution } from '@interlock/gbcs'
import { refused, type Instant, type Refusal } from '@interlock/kernel'

/** What a device is told of the schedules of its auxiliary controllers (6.14.3). */
export const calendarOf = (body: ControllerSchedulesBody): ControllerCalendar => ({
  entries: body.schedules.map(entryOf),
  specialDays: body.specialDays.map(dayOf),
  execution: executionOf(body),
})

const dayOf = ({ year, month, day }: CalendarDate): CalendarDay => ({ year, month, day })

function entryOf({
  action,
  when,
  ...applies
}: ControllerSchedule): ControllerCalendar['entries'][0] {
  const [hours = 0, minutes = 0, seconds = 0] = when.at.split(':').map(Number)
  return {
    ...action,
    atSeconds: hours * 3_600 + minutes * 60 + seconds,
    weekdays: numbers(applies.weekdays.map((each) => weekdays.indexOf(each) + 1)),
    specialDays: numbers(applies.specialDays),
    from: dayOf(when.from),
    until: dayOf(when.until),
  }
}
/** In the order of the message, which has a bit for each. */
const numbers = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b)

const executionOf = ({ executeAt }: ControllerSchedulesBody): Execution =>
  executeAt === undefined ? 'atOnce' : executeAt === cancellation ? 'never' : executeAt

/** The message numbers special days by their place, and is carried out within the time of all requests. */
export function calendarProblem(
  command: ControllerCalendar,
  { specialDays }: ControllerSchedulesBody,
  now: Instant,
): Refusal<ResponseName> | undefined {
  const { execution } = command
  const invalid = (words: string) => refused<ResponseName>('ParameterInvalid', words)
  if (specialDays.some(({ id }, at) => id !== at + 1))
    return invalid('special days are numbered in their order, from 1')
  if (typeof execution === 'number' && execution <= now) return invalid('the execution is past')
  if (typeof execution === 'number' && execution > now + limits.futureDatedMillisMax)
    return invalid('the execution is too far ahead')
  return takes('ECS46d', command)
    ? undefined
    : invalid('a schedule says something twice, or no day')
}
