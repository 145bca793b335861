import type { Instant } from '@interlock/kernel'
import { calendarDate, type CalendarDate } from './calendar-date.ts'
import { dateTime, oneOf, timeOfDay, whole } from './leaves.ts'
import {
  attribute,
  child,
  holding,
  optional,
  presence,
  several,
  struct,
  type Shape,
} from './shape.ts'

export const weekdays = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const

/** What an auxiliary controller does at one time of day, in one part of the year. */
export type ControllerSchedule = {
  readonly action: {
    readonly controller: number
    readonly levelPercent: number
    readonly direction: 'import' | 'export'
  }
  /** Numbers of the special days on which it applies. */
  readonly specialDays: readonly number[]
  readonly weekdays: readonly (typeof weekdays)[number][]
  readonly when: {
    /** `hh:mm:ss`. */
    readonly at: string
    readonly from: CalendarDate
    readonly until: CalendarDate
  }
}
export type SpecialDay = { readonly id: number } & CalendarDate
export type ControllerSchedulesBody = {
  readonly kind: 'controllerSchedules'
  /** When the device is to go by it, a cancellation for never; absent: at once. */
  readonly executeAt?: Instant | undefined
  readonly schedules: readonly ControllerSchedule[]
  readonly specialDays: readonly SpecialDay[]
}

const schedulesMax = 120
const specialDaysMax = 20
const dayId = attribute('identifier', whole(1, specialDaysMax))

const schedule = struct<ControllerSchedule>({
  action: child(
    'AuxiliaryControllerAction',
    struct<ControllerSchedule['action']>({
      controller: attribute('auxiliaryControllerN', whole(1, 5)),
      levelPercent: child('CommandedStateLevel', whole(0, 100)),
      direction: presence('InputFromControlledLoad', 'export', 'import'),
    }),
  ),
  specialDays: several('SpecialDaysApplicability', holding(dayId), { min: 0, max: specialDaysMax }),
  weekdays: child(
    'DaysOfWeekApplicability',
    holding(
      several('DayOfWeekApplicability', holding(child('DayOfWeekID', oneOf(...weekdays))), {
        min: 1,
        max: weekdays.length,
      }),
    ),
  ),
  when: child(
    'AuxiliaryControllerSchedulePeriodAndTime',
    struct<ControllerSchedule['when']>({
      at: child('SwitchTime', timeOfDay),
      from: child('StartDate', calendarDate),
      until: child('EndDate', calendarDate),
    }),
  ),
})

const specialDay: Shape<SpecialDay> = {
  write({ id, ...date }) {
    const { attributes } = dayId.write(id)
    return { attributes, inside: calendarDate.write(date).inside }
  },
  read(node) {
    const { identifier } = Object.fromEntries(node.attributes)
    const id = whole(1, specialDaysMax).parse(identifier ?? '', `${node.name}@identifier`)
    return { id, ...calendarDate.read({ ...node, attributes: new Map() }) }
  },
}

export const controllerSchedules = struct<Omit<ControllerSchedulesBody, 'kind'>>({
  executeAt: optional('ExecutionDateTime', dateTime),
  schedules: several('AuxiliaryControllerSchedule', schedule, { min: 0, max: schedulesMax }),
  specialDays: child(
    'AuxiliaryControllerSpecialDayDefinitions',
    holding(
      several('AuxiliaryControllerSpecialDayDefinition', specialDay, {
        min: 0,
        max: specialDaysMax,
      }),
    ),
  ),
})
