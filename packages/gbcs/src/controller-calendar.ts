import { concat } from '@interlock/kernel'
import { requestHead, setTable, type SetTable } from './access.ts'
import { dateWords, executionField, specialDay, timeOfDay, timeWords } from './calendar-data.ts'
import {
  dateBytes,
  decodeDate,
  encodeDate,
  isCalendarDate,
  isExecution,
  type CalendarDay,
  type Execution,
} from './calendar-day.ts'
import { array, type Datum } from './datum.ts'
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

const days = array(specialDaysMax, specialDay)
/** Each is a day of its own, of the number that is its place. */
export const specialDaysDatum: Datum<readonly CalendarDay[]> = {
  write: (specialDays) => days.write(specialDays.map((date, at) => ({ date, day: at + 1 }))),
  read(bytes, at) {
    const found = days.read(bytes, at)
    return found && { ...found, value: found.value?.map(({ date }) => date) }
  },
}
const specialDaysField: Field<ControllerCalendar> = {
  name: 'special days',
  bytes: (rest) => specialDaysDatum.read(rest, 0)?.next,
  write: ({ specialDays }) => specialDaysDatum.write(specialDays),
  read(bytes) {
    const specialDays = specialDaysDatum.read(bytes, 0)?.value
    return specialDays && { specialDays }
  },
  say: ({ specialDays }) => specialDaysWords(specialDays),
}
export const specialDaysWords = (specialDays: readonly CalendarDay[]): string =>
  specialDays.map(dateWords).join(', ') || 'none'

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

function encodeEntry(entry: CalendarEntry, place: number, specialDays: number): Uint8Array {
  const word = levelWord(entry) | inCalendar
  return concat(
    Uint8Array.of(2, 10, 0x12, 0, place, 0x03, 0xff, 0x09, 6, 0, 0, 10, 0, 103, 255),
    Uint8Array.of(0x12, word >> 8, word & 0xff),
    timeOfDay.write(entry.atSeconds),
    Uint8Array.of(0x12, 0xff, 0xff),
    bitString(entry.weekdays, 7),
    bitString(entry.specialDays, specialDays),
    Uint8Array.of(0x09, dateBytes, ...encodeDate(entry.from)),
    Uint8Array.of(0x09, dateBytes, ...encodeDate(entry.until)),
  )
}

function decodeEntry(item: Uint8Array): CalendarEntry | undefined {
  const [high = 0, low = 0] = item.subarray(16)
  const atSeconds = timeOfDay.read(item, 18)?.value
  const setting = readDirection(high)
  const levelPercent = low & ~inCalendar
  const from = decodeDate(item.subarray(-2 * dateBytes - 2, -dateBytes - 2))
  const until = decodeDate(item.subarray(-dateBytes))
  if (setting === undefined || from === undefined || until === undefined) return undefined
  if (!isLevel(levelPercent) || atSeconds === undefined) return undefined
  return {
    ...setting,
    levelPercent,
    atSeconds,
    weekdays: bitsIn(item.subarray(bitsAt)),
    specialDays: bitsIn(item.subarray(specialBitsAt)),
    from,
    until,
  }
}

/** The bit string of special days is as long as there are special days. */
export const entriesFor = (specialDays: number): Datum<readonly CalendarEntry[]> =>
  array(calendarEntriesMax, (place) => ({
    write: (entry) => encodeEntry(entry, place, specialDays),
    read(bytes, at) {
      const next = at + entryBytes(bytes.subarray(at))
      return next > bytes.length
        ? undefined
        : { value: decodeEntry(bytes.subarray(at, next)), next }
    },
  }))

const entriesField: Field<ControllerCalendar> = {
  name: 'entries of the calendar',
  bytes: (rest) => entriesFor(0).read(rest, 0)?.next,
  write: ({ entries, specialDays }) => entriesFor(specialDays.length).write(entries),
  read(bytes) {
    const entries = entriesFor(0).read(bytes, 0)?.value
    return entries && { entries }
  },
  say: ({ entries }) => entriesWords(entries),
}
export const entriesWords = (entries: readonly CalendarEntry[]): string =>
  entries.map(entryWords).join('; ') || 'none'

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const entryWords = (entry: CalendarEntry): string => {
  const { controller, direction, levelPercent, atSeconds, weekdays, specialDays } = entry
  const special = specialDays.length === 0 ? '' : ` and special days ${specialDays.join(' ')}`
  return (
    `controller ${controller}, ${direction}, level ${levelPercent} % from ${timeWords(atSeconds)} on ` +
    `${weekdays.map((each) => dayNames[each - 1]).join(' ')}${special}, ` +
    `${dateWords(entry.from)} to ${dateWords(entry.until)}`
  )
}

/** When each of the two tables comes into force. */
export const calendarActivations: readonly SetTable[] = [
  setTable('activation of the calendar', 9_000, [0, 0, 94, 44, 128, 26], 6),
  setTable('activation of the special days', 9_000, [0, 0, 94, 44, 128, 35], 6),
]
/** Special days, entries, and for each of the two tables when it comes into force. */
export const calendarLayout: Layout<ControllerCalendar> = [
  ...requestHead<ControllerCalendar>([
    setTable('table of special days', 11, [0, 1, 11, 0, 3, 255], 2),
    setTable('calendar', 10, [0, 1, 12, 0, 2, 255], 2),
    ...calendarActivations,
  ]),
  specialDaysField,
  entriesField,
  executionField('date of execution of the calendar'),
  executionField('date of execution of the special days'),
]
