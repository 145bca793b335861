import {
  weekdays,
  type CalendarDate,
  type ControllerSchedule,
  type ControllerSchedulesBody,
} from '@interlock/duis'
import { calendarEntriesMax, specialDaysMax } from '@interlock/gbcs'
import { instant, ok, type Instant, type Outcome } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import type { CriticalRequest } from './critical-request.ts'
import { ExecuteAt, executionOf, type TariffProblem } from './tariff.ts'

const strict = { additionalProperties: false }
const Controller = Type.Integer({ minimum: 1, maximum: 5 })

/** `POST /api/v1/devices/:eui/auxiliary-load`. */
export const LoadOrder = Type.Object({ controller: Controller, on: Type.Boolean() }, strict)
export type LoadOrder = Static<typeof LoadOrder>

/** A day of the calendar. */
const Day = Type.Object(
  {
    year: Type.Union([Type.Literal('any'), Type.Integer({ minimum: 2000, maximum: 2099 })]),
    month: Type.Integer({ minimum: 1, maximum: 12 }),
    day: Type.Integer({ minimum: 1, maximum: 31 }),
  },
  strict,
)
type Day = Static<typeof Day>

/** `POST /api/v1/devices/:eui/calendar`, and the shape of a calendar's file. */
export const CalendarOrder = Type.Object(
  {
    schedules: Type.Array(
      Type.Object(
        {
          controller: Controller,
          levelPercent: Type.Integer({ minimum: 0, maximum: 100 }),
          direction: Type.Enum(['import', 'export']),
          /** UTC. */
          at: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$' }),
          weekdays: Type.Array(Type.Enum(weekdays), {
            minItems: 1,
            maxItems: weekdays.length,
            uniqueItems: true,
          }),
          /** Places in `specialDays`, from 1. */
          specialDays: Type.Array(Type.Integer({ minimum: 1, maximum: specialDaysMax }), {
            maxItems: specialDaysMax,
            uniqueItems: true,
          }),
          from: Day,
          until: Day,
        },
        strict,
      ),
      { maxItems: calendarEntriesMax },
    ),
    specialDays: Type.Array(Day, { maxItems: specialDaysMax }),
    /** From when on the device goes by it; 3000-12-31T00:00:00Z cancels. */
    executeAt: ExecuteAt,
  },
  strict,
)
export type CalendarOrder = Static<typeof CalendarOrder>

/** What is asked of a device for its auxiliary controllers. */
export type ControllerRequest = Pick<CriticalRequest, 'service' | 'body'>

/** That a load may be switched on (7.5) or off (7.6) from now on; the message has whole seconds. */
export function loadRequest({ controller, on }: LoadOrder, now: Instant): ControllerRequest {
  const from = instant(now - (now % 1000))
  return { service: on ? '7.5' : '7.6', body: { kind: 'auxiliaryLoad', controller, from } }
}

/** The calendar of the controllers (6.14.3), its special days numbered in their order. */
export function calendarRequest(order: CalendarOrder): Outcome<ControllerRequest, TariffProblem> {
  const executeAt = executionOf(order)
  if (!executeAt.ok) return executeAt
  const body: ControllerSchedulesBody = {
    kind: 'controllerSchedules',
    executeAt: executeAt.value,
    schedules: order.schedules.map(scheduleOf),
    specialDays: order.specialDays.map((day, at) => ({ id: at + 1, ...dateOf(day) })),
  }
  return ok({ service: '6.14.3', body })
}

const scheduleOf = ({
  controller,
  levelPercent,
  direction,
  at,
  from,
  until,
  ...applies
}: CalendarOrder['schedules'][number]): ControllerSchedule => ({
  ...applies,
  action: { controller, levelPercent, direction },
  when: { at, from: dateOf(from), until: dateOf(until) },
})
const dateOf = (day: Day): CalendarDate => ({ ...day, weekday: 'any' })
