import { toIso, type Instant } from '@interlock/kernel'
import {
  dateBytes,
  decodeDate,
  decodeExecution,
  encodeDate,
  encodeExecution,
  executionBytes,
  type CalendarDay,
  type Execution,
} from './calendar-day.ts'
import { after, fixed, members, unsigned8, type Datum } from './datum.ts'
import type { Field } from './layout.ts'

/** An octet string of a date. */
const date = fixed<CalendarDay>(
  2 + dateBytes,
  (day) => Uint8Array.of(0x09, dateBytes, ...encodeDate(day)),
  (bytes) => decodeDate(bytes.subarray(2)),
)

/** Structure of three: index, date, and number of the day that it is. */
export const specialDay = (
  place: number,
): Datum<{ readonly date: CalendarDay; readonly day: number }> =>
  after([0x02, 3, 0x12, 0, place], members({ date, day: unsigned8 }))

/** An octet string of a time of day; it has hundredths of a second, which are none. */
export const timeOfDay = fixed<number>(
  2 + 4,
  (seconds) =>
    Uint8Array.of(
      0x09,
      4,
      Math.floor(seconds / 3_600),
      Math.floor(seconds / 60) % 60,
      seconds % 60,
      0,
    ),
  (bytes) => {
    const [hour = 0, minute = 0, second = 0] = bytes.subarray(2)
    return hour > 23 || minute > 59 || second > 59 ? undefined : hour * 3_600 + minute * 60 + second
  },
)

const two = (value: number): string => String(value).padStart(2, '0')
export const dateWords = ({ year, month, day }: CalendarDay): string =>
  `${year === 'any' ? 'every year' : year}-${two(month)}-${two(day)}`
export const timeWords = (seconds: number): string =>
  [seconds / 3_600, (seconds / 60) % 60, seconds % 60]
    .map((each) => two(Math.floor(each)))
    .join(':')

/** When one of the tables that a message sets comes into force. */
export const executionField = (name: string): Field<{ readonly execution: Execution }> => ({
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
