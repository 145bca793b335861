import { concat, toIso, type Instant } from '@interlock/kernel'
import { readBerLength, berLength } from './ber.ts'
import { requestHead, type Target } from './access.ts'
import {
  dateBytes,
  decodeDate,
  decodeExecution,
  encodeDate,
  encodeExecution,
  executionBytes,
  isCalendarDate,
  isExecution,
  type CalendarDay,
  type Execution,
} from './calendar-day.ts'
import { readDirection, levelWord, type LoadControl } from './load-control.ts'
import type { Field, Layout } from './layout.ts'

/** What a controller does from one time of day on, on some days of a part of the year. */
export type CalendarEntry = Pick<LoadControl, 'controller' | 'direction' | 'levelPercent'> & {
  /** Seconds after midnight, UTC. */
  readonly atSeconds: number
  /** Monday is 1. Ascending, each once. */
  readonly weekdays: readonly number[]
  /** Numbers of the special days on which it applies too, from 1. Ascending, each once. */
  readonly specialDays: readonly number[]
  readonly from: CalendarDay
  readonly until: CalendarDay
}
/** The parameters of ECS46d *Set Auxiliary Controller Calendar*. */
export type ControllerCalendar = {
  readonly entries: readonly CalendarEntry[]
  /** Their number is their place, from 1. */
  readonly specialDays: readonly CalendarDay[]
  readonly execution: Execution
}

export const calendarEntriesMax = 120
export const specialDaysMax = 20
const daySeconds = 86_400

const areNumbers = (values: readonly number[], most: number): boolean =>
  values.every((value, at) => Number.isInteger(value) && value > (values[at - 1] ?? 0)) &&
  (values.at(-1) ?? 0) <= most

export function isControllerCalendar({
  entries,
  specialDays,
  execution,
}: ControllerCalendar): boolean {
  const fit = (each: CalendarEntry): boolean =>
    readDirection(levelWord(each) >> 8)?.controller === each.controller &&
    isLevel(each.levelPercent) &&
    Number.isInteger(each.atSeconds) &&
    each.atSeconds >= 0 &&
    each.atSeconds < daySeconds &&
    areNumbers(each.weekdays, 7) &&
    areNumbers(each.specialDays, specialDays.length) &&
    isCalendarDate(each.from) &&
    isCalendarDate(each.until)
  return (
    entries.length <= calendarEntriesMax &&
    specialDays.length <= specialDaysMax &&
    entries.every(fit) &&
    specialDays.every(isCalendarDate) &&
    isExecution(execution)
  )
}

const isLevel = (percent: number): boolean =>
  Number.isInteger(percent) && percent >= 0 && percent <= 100

const table = (name: string, target: Target) => ({ name, of: () => target })
const activation = (name: string, last: number) =>
  table(name, { service: 'set', classId: 9_000, obis: [0, 0, 94, 44, 128, last], id: 6 })

const array = (items: readonly Uint8Array[]): Uint8Array =>
  concat(Uint8Array.of(0x01), berLength(items.length), ...items)

/** Where an array of items ends, each as long as `itemBytes` says at its place. */
function arrayBytes(
  rest: Uint8Array,
  most: number,
  itemBytes: (item: Uint8Array) => number,
): number | undefined {
  const count = rest[0] === 0x01 ? readBerLength(rest, 1) : undefined
  if (count === undefined || count.length > most) return undefined
  let at = count.next
  for (let item = 0; item < count.length; item++) at += itemBytes(rest.subarray(at))
  return at
}

/** The items of an array that is as long as it says. */
function itemsOf(
  bytes: Uint8Array,
  itemBytes: (item: Uint8Array) => number,
): readonly Uint8Array[] {
  const items: Uint8Array[] = []
  for (let at = readBerLength(bytes, 1)?.next ?? bytes.length; at < bytes.length;) {
    const length = itemBytes(bytes.subarray(at))
    items.push(bytes.subarray(at, at + length))
    at += length
  }
  return items
}

/** Structure of three: index, date, number. */
const specialDayBytes = 2 + 3 + (2 + dateBytes) + 2
const specialDaysField: Field<ControllerCalendar> = {
  name: 'special days',
  bytes: (rest) => arrayBytes(rest, specialDaysMax, () => specialDayBytes),
  write: ({ specialDays }) =>
    array(
      specialDays.map((day, at) =>
        Uint8Array.of(2, 3, 0x12, 0, at + 1, 0x09, dateBytes, ...encodeDate(day), 0x11, at + 1),
      ),
    ),
  read(bytes) {
    const days = itemsOf(bytes, () => specialDayBytes).map((item) =>
      decodeDate(item.subarray(7, 7 + dateBytes)),
    )
    return days.some((day) => day === undefined)
      ? undefined
      : { specialDays: days as readonly CalendarDay[] }
  },
  say: ({ specialDays }) => specialDays.map(dateWords).join(', ') || 'none',
}

/** Before the first bit string: index, enabled, script and its selector, time, validity window. */
const entryHead = [2, 3, 2, 8, 3, 6, 3] as const
const bitsAt = entryHead.reduce((sum, each) => sum + each, 0)
const bitString = (numbers: readonly number[], bits: number): Uint8Array => {
  const bytes = new Uint8Array(Math.ceil(bits / 8))
  for (const number of numbers) {
    const at = (number - 1) >> 3
    bytes[at] = (bytes[at] ?? 0) | (0x80 >> ((number - 1) & 7))
  }
  return Uint8Array.of(0x04, bits, ...bytes)
}
const bitsIn = (bytes: Uint8Array): readonly number[] =>
  Array.from({ length: bytes[1] ?? 0 }, (_, at) => at + 1).filter(
    (number) => ((bytes[2 + ((number - 1) >> 3)] ?? 0) & (0x80 >> ((number - 1) & 7))) !== 0,
  )
const bitStringBytes = (bytes: Uint8Array): number => 2 + Math.ceil((bytes[1] ?? 0) / 8)
const specialBitsAt = bitsAt + 3
const entryBytes = (item: Uint8Array): number =>
  specialBitsAt + bitStringBytes(item.subarray(specialBitsAt)) + 2 * (2 + dateBytes)

/** A level in a calendar has a bit that one in force has not. */
const inCalendar = 0x80

function encodeEntry(entry: CalendarEntry, at: number, specialDays: number): Uint8Array {
  const word = levelWord(entry) | inCalendar
  const { atSeconds } = entry
  const time = [Math.floor(atSeconds / 3_600), Math.floor(atSeconds / 60) % 60, atSeconds % 60, 0]
  return concat(
    Uint8Array.of(2, 10, 0x12, 0, at + 1, 0x03, 0xff, 0x09, 6, 0, 0, 10, 0, 103, 255),
    Uint8Array.of(0x12, word >> 8, word & 0xff, 0x09, 4, ...time, 0x12, 0xff, 0xff),
    bitString(entry.weekdays, 7),
    bitString(entry.specialDays, specialDays),
    Uint8Array.of(0x09, dateBytes, ...encodeDate(entry.from)),
    Uint8Array.of(0x09, dateBytes, ...encodeDate(entry.until)),
  )
}

function decodeEntry(item: Uint8Array): CalendarEntry | undefined {
  const [high = 0, low = 0] = item.subarray(16)
  const [hour = 0, minute = 0, second = 0] = item.subarray(20)
  const setting = readDirection(high)
  const levelPercent = low & ~inCalendar
  const from = decodeDate(item.subarray(-2 * dateBytes - 2, -dateBytes - 2))
  const until = decodeDate(item.subarray(-dateBytes))
  if (setting === undefined || from === undefined || until === undefined) return undefined
  if (!isLevel(levelPercent) || hour > 23 || minute > 59 || second > 59) return undefined
  return {
    ...setting,
    levelPercent,
    atSeconds: hour * 3_600 + minute * 60 + second,
    weekdays: bitsIn(item.subarray(bitsAt)),
    specialDays: bitsIn(item.subarray(specialBitsAt)),
    from,
    until,
  }
}

const entriesField: Field<ControllerCalendar> = {
  name: 'entries of the calendar',
  bytes: (rest) => arrayBytes(rest, calendarEntriesMax, entryBytes),
  write: ({ entries, specialDays }) =>
    array(entries.map((entry, at) => encodeEntry(entry, at, specialDays.length))),
  read(bytes) {
    const entries = itemsOf(bytes, entryBytes).map(decodeEntry)
    return entries.some((entry) => entry === undefined)
      ? undefined
      : { entries: entries as readonly CalendarEntry[] }
  },
  say: ({ entries }) => entries.map(entryWords).join('; ') || 'none',
}

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const two = (value: number): string => String(value).padStart(2, '0')
const dateWords = ({ year, month, day }: CalendarDay): string =>
  `${year === 'any' ? 'every year' : year}-${two(month)}-${two(day)}`
const entryWords = (entry: CalendarEntry): string => {
  const { controller, direction, levelPercent, atSeconds, weekdays, specialDays } = entry
  const time = [atSeconds / 3_600, (atSeconds / 60) % 60, atSeconds % 60].map((each) =>
    two(Math.floor(each)),
  )
  const special = specialDays.length === 0 ? '' : ` and special days ${specialDays.join(' ')}`
  return (
    `controller ${controller}, ${direction}, level ${levelPercent} % from ${time.join(':')} on ` +
    `${weekdays.map((each) => dayNames[each - 1]).join(' ')}${special}, ` +
    `${dateWords(entry.from)} to ${dateWords(entry.until)}`
  )
}

const executionField = (name: string): Field<ControllerCalendar> => ({
  name,
  bytes: 2 + executionBytes,
  write: ({ execution }) => Uint8Array.of(0x09, executionBytes, ...encodeExecution(execution)),
  read(bytes) {
    const execution = decodeExecution(bytes.subarray(2))
    return execution === undefined ? undefined : { execution }
  },
  say: ({ execution }) => executionWords(execution),
})
const executionWords = (execution: Execution): string =>
  execution === 'atOnce'
    ? 'at once'
    : execution === 'never'
      ? 'never: what was to come is cancelled'
      : toIso(execution satisfies Instant)

/** Special days, entries, and for each of the two tables when it comes into force. */
export const calendarLayout: Layout<ControllerCalendar> = [
  ...requestHead<ControllerCalendar>([
    table('table of special days', {
      service: 'set',
      classId: 11,
      obis: [0, 1, 11, 0, 3, 255],
      id: 2,
    }),
    table('calendar', { service: 'set', classId: 10, obis: [0, 1, 12, 0, 2, 255], id: 2 }),
    activation('activation of the calendar', 26),
    activation('activation of the special days', 35),
  ]),
  specialDaysField,
  entriesField,
  executionField('date of execution of the calendar'),
  executionField('date of execution of the special days'),
]
