import { padded } from './leaves.ts'
import { child, holding, nothing, struct, type Leaf, type Shape } from './shape.ts'
import type { Element } from './element.ts'

/** A date of a calendar that repeats; only the year may be left open. */
export type CalendarDate = {
  readonly year: number | 'any'
  readonly month: number
  readonly day: number
  /** The only day of the week there is in what we know of the format. */
  readonly weekday: 'any'
}

const specified = (what: string, value: Leaf<number>): Shape<number> =>
  holding(child(`Specified${what}`, value))

const open = (what: string): Shape<'any'> => {
  const shape = holding(child(`NonSpecified${what}`, nothing))
  return {
    write: () => shape.write({}),
    read(node) {
      shape.read(node)
      return 'any'
    },
  }
}

const year = {
  specified: specified('Year', padded(4, 2000, 2099)),
  open: open('Year'),
}
const isOpen = (node: Element): boolean => node.children[0]?.name === 'NonSpecifiedYear'

export const calendarDate: Shape<CalendarDate> = struct<CalendarDate>({
  year: child('Year', {
    write: (value) => (value === 'any' ? year.open.write(value) : year.specified.write(value)),
    read: (node) => (isOpen(node) ? year.open.read(node) : year.specified.read(node)),
  }),
  month: child('Month', specified('Month', padded(2, 1, 12))),
  day: child('DayOfMonth', specified('DayOfMonth', padded(2, 1, 31))),
  weekday: child('DayOfWeek', open('DayOfWeek')),
})
