import { euiBytes, euiFromBytes, parseEui64, type Eui64 } from '@interlock/kernel'
import type { CalendarDay } from './calendar-day.ts'
import {
  entriesFor,
  entriesWords,
  isControllerCalendar,
  specialDaysDatum,
  specialDaysWords,
  type CalendarEntry,
} from './controller-calendar.ts'
import { orNull, sequence, utf8Text, visibleText, type Datum } from './datum.ts'
import type { Field, Layout } from './layout.ts'
import type { Answer } from './response.ts'

/** Of how many controllers a device speaks. */
const controllerCount = 5
const nothing = Array.from({ length: controllerCount }, () => null)

/**
 * What a controller is: a switch in the device (ALCS), one by its EUI-64 in the home network (HCALCS), a level that
 * may be set (APC), or none.
 */
export type ControllerKind = 'none' | 'apc' | 'alcs' | Eui64

/** How the controllers are set up; what could not be read is absent, of five in a row `null`. */
export type ControllerConfiguration = {
  readonly descriptions?: readonly (string | null)[]
  /** Of the calendar in force. */
  readonly specialDays?: readonly CalendarDay[]
  readonly entries?: readonly CalendarEntry[]
}
/** What they do now. */
export type ControllerOperation = {
  readonly kinds?: readonly (ControllerKind | null)[]
  /** Published ones are JSON with `outputState` and `inputState`, percent. */
  readonly states?: readonly (string | null)[]
}

const kindBytes = (kind: ControllerKind): readonly number[] => {
  if (kind === 'none') return []
  if (kind === 'apc') return [0xff]
  return kind === 'alcs' ? Array.from({ length: 8 }, () => 0) : [...euiBytes(kind)]
}

/** An octet string: none, FF, eight zeros, or an EUI-64. */
const kind: Datum<ControllerKind> = {
  write: (value) => Uint8Array.of(0x09, kindBytes(value).length, ...kindBytes(value)),
  read(bytes, at) {
    const next = at + 2 + (bytes[at + 1] ?? 0)
    return next > bytes.length ? undefined : { value: kindOf(bytes.subarray(at + 2, next)), next }
  },
}
function kindOf(bytes: Uint8Array): ControllerKind | undefined {
  if (bytes.length === 0) return 'none'
  if (bytes.every((each) => each === 0)) return 'alcs'
  if (bytes.length === 1) return 'apc'
  return bytes.length === 8 ? euiFromBytes(bytes) : undefined
}

type FiveOf<Key extends string, Value> = Readonly<Partial<Record<Key, readonly (Value | null)[]>>>

/** One datum for each controller; absent where there is none of any. */
function five<Key extends string, Value>(
  key: Key,
  name: string,
  datum: Datum<Value>,
): Field<FiveOf<Key, Value>> {
  const all = sequence(controllerCount, () => orNull(datum))
  return {
    name,
    bytes: (rest) => all.read(rest, 0)?.next,
    write: (values) => all.write(values[key] ?? nothing),
    read(bytes) {
      const value = all.read(bytes, 0)?.value
      if (value === undefined) return undefined
      return value.every((each) => each === null) ? {} : ({ [key]: value } as FiveOf<Key, Value>)
    },
    say: (values) => values[key]?.map((each) => each ?? 'not read').join(', ') ?? 'not read',
  }
}

const specialDaysField: Field<ControllerConfiguration> = {
  name: 'special days',
  bytes: (rest) => orNull(specialDaysDatum).read(rest, 0)?.next,
  write: ({ specialDays = null }) => orNull(specialDaysDatum).write(specialDays),
  read(bytes) {
    const specialDays = orNull(specialDaysDatum).read(bytes, 0)?.value
    return specialDays === null ? {} : specialDays && { specialDays }
  },
  say: ({ specialDays }) => (specialDays ? specialDaysWords(specialDays) : 'not read'),
}
const scheduleField: Field<ControllerConfiguration> = {
  name: 'schedule',
  bytes: (rest) => orNull(entriesFor(0)).read(rest, 0)?.next,
  write: ({ entries = null, specialDays = [] }) =>
    orNull(entriesFor(specialDays.length)).write(entries),
  read(bytes) {
    const entries = orNull(entriesFor(0)).read(bytes, 0)?.value
    return entries === null ? {} : entries && { entries }
  },
  say: ({ entries }) => (entries ? entriesWords(entries) : 'not read'),
}

/** What ECS61d is answered with. */
export const configurationRead: Layout<ControllerConfiguration> = [
  five('descriptions', 'descriptions', visibleText),
  specialDaysField,
  scheduleField,
]
/** What ECS61e is answered with. */
export const operationRead: Layout<ControllerOperation> = [
  five('kinds', 'kinds', kind),
  five('states', 'states', utf8Text),
]

/** What of each object was read, in the order of the command. */
const readOf = {
  ECS61d: ({ descriptions, specialDays, entries }: ControllerConfiguration) => [
    ...(descriptions ?? nothing),
    specialDays ?? null,
    entries ?? null,
  ],
  ECS61e: ({ kinds, states }: ControllerOperation) => [
    ...(kinds ?? nothing),
    ...(states ?? nothing),
  ],
} as const

const isText = (value: string | null): boolean =>
  value === null || utf8Text.read(utf8Text.write(value), 0)?.value === value
const isKind = (value: string | null): boolean =>
  value === null || ['none', 'apc', 'alcs'].includes(value) || parseEui64(value) !== undefined
const areFive = (
  values: readonly (string | null)[] | undefined,
  may: (value: string | null) => boolean,
): boolean => values === undefined || (values.length === controllerCount && values.every(may))
const isRead = (answer: ControllerConfiguration & ControllerOperation): boolean => {
  const { descriptions, kinds, states, entries = [], specialDays = [] } = answer
  return (
    areFive(descriptions, isText) &&
    areFive(states, isText) &&
    areFive(kinds, isKind) &&
    isControllerCalendar({ entries, specialDays, execution: 'atOnce' })
  )
}

/** Whether something was read where that succeeded, and there alone; or nothing is said of any of it. */
export function isControllersAnswer(
  useCase: keyof typeof readOf,
  { result, results, data, ...answer }: Answer,
): boolean {
  if (data !== undefined || !isRead(answer)) return false
  const read = readOf[useCase](answer)
  return (
    read.every((each) => each === null) ||
    read.every((each, at) => (each !== null) === ((results?.[at] ?? result) === 'success'))
  )
}
