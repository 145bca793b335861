import type { Spelling } from './content-json.ts'

/** Whether JSON has a form; what its numbers and texts may be, the codec knows. */
type Form = (json: unknown) => boolean

const number: Form = (json) => typeof json === 'number'
const text: Form = (json) => typeof json === 'string'
const either =
  (...forms: readonly Form[]): Form =>
  (json) =>
    forms.some((form) => form(json))
const list =
  (form: Form): Form =>
  (json) =>
    Array.isArray(json) && json.every(form)
const members =
  (forms: Readonly<Record<string, Form>>): Form =>
  (json) =>
    typeof json === 'object' &&
    json !== null &&
    Object.entries(forms).every(([name, form]) => form((json as Record<string, unknown>)[name]))

const date = members({ year: either(number, (json) => json === 'any'), month: number, day: number })

const listOf = (form: Form, expected: string): Spelling => ({
  write: (value: unknown) => value,
  read: (json) => (list(form)(json) ? json : undefined),
  expected: `a list of ${expected}`,
})

/** Of ECS46d. */
export const entries = listOf(
  members({
    controller: number,
    direction: text,
    levelPercent: number,
    atSeconds: number,
    weekdays: list(number),
    specialDays: list(number),
    from: date,
    until: date,
  }),
  'controller, direction, levelPercent, atSeconds, weekdays, specialDays, from and until',
)
/** Of ECS46d; their numbers are their places. */
export const specialDays = listOf(date, 'dates (year, month, day)')
/** Of ECS01a. */
export const tariffSpecialDays = listOf(members({ date, day: number }), 'date and day')
export const seasons = listOf(
  members({ name: text, start: date, week: number }),
  'name, start and week',
)
export const weeks = listOf(members({ name: number, days: list(number) }), 'name and days')
export const days = listOf(
  members({ name: number, switches: list(members({ atSeconds: number, register: number })) }),
  'name and switches (atSeconds, register)',
)
export const thresholds = listOf(list(number), 'lists of numbers')
/** As a meter shows them; `null` where they were not read. */
export const shownThresholds = listOf(
  either(list(number), (json) => json === null),
  'lists of numbers and nulls',
)
