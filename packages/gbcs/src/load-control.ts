import { type Instant } from '@interlock/kernel'
import { isRepresentable } from './date-time.ts'
import { dateTimeField, requestHead, type Target } from './access.ts'
import type { Field, Layout } from './layout.ts'

/** `import` draws from the grid (the standard's *output*), `export` feeds it (its *input*). */
export type Direction = 'import' | 'export'

/** The parameters of ECS47a *Set Auxiliary Controller State* and ECS47e *Limit APC Level*. */
export type LoadControl = {
  /** Auxiliary controller number 1…5. */
  readonly controller: number
  readonly direction: Direction
  /** 0…100. */
  readonly levelPercent: number
  readonly from: Instant
  readonly until: Instant
}

/** What tells the use cases apart: the F values of the period's objects, and the script. */
export type LoadControlObjects = {
  readonly start: number
  readonly end: number
  readonly script: number
  /** The one level that there is, in the direction of output; absent: any, in either. */
  readonly onlyPercent?: number
}

const bits = { import: 0x1000, export: 0x2000 } as const satisfies Record<Direction, number>

/** Whether a level and a direction are among those of the use case. */
const isSetting = (
  { onlyPercent }: LoadControlObjects,
  { direction, levelPercent }: Pick<LoadControl, 'direction' | 'levelPercent'>,
): boolean => onlyPercent === undefined || (direction === 'import' && levelPercent === onlyPercent)

export const isLoadControlOf =
  (objects: LoadControlObjects) =>
  (value: LoadControl): boolean =>
    isLoadControl(value) && isSetting(objects, value)

export function isLoadControl(value: LoadControl): boolean {
  const whole = (number: number, low: number, high: number) =>
    Number.isInteger(number) && number >= low && number <= high
  const times = isRepresentable(value.from) && isRepresentable(value.until)
  return whole(value.controller, 1, 5) && whole(value.levelPercent, 0, 100) && times
}

type Level = Pick<LoadControl, 'controller' | 'direction' | 'levelPercent'>

/** `dirAndNumber | level` as GBCS writes them. */
export const levelWord = (value: Level): number =>
  bits[value.direction] | (value.controller << 8) | value.levelPercent

/** Direction and controller from the high byte of the level word; `undefined` when it has others. */
export function readDirection(
  high: number,
): Pick<LoadControl, 'controller' | 'direction'> | undefined {
  const controller = high & 0x0f
  const nibble = high & 0xf0
  if (controller < 1 || controller > 5 || (nibble !== 0x10 && nibble !== 0x20)) return undefined
  return { controller, direction: nibble === 0x20 ? 'export' : 'import' }
}

export const directionWords = ({ controller, direction }: Omit<Level, 'levelPercent'>): string =>
  `controller ${controller}, ${direction === 'import' ? 'output (import)' : 'input (export)'}`

/** An access-request: set start, set end, run the script with direction, number and level. */
export function loadControlLayout(objects: LoadControlObjects): Layout<LoadControl> {
  const data =
    (f: number) =>
    ({ controller }: LoadControl): Target => ({
      service: 'set',
      classId: 1,
      obis: [0, 0, 94, 44, 116 + controller, f],
      id: 2,
    })
  const script: Target = {
    service: 'action',
    classId: 9,
    obis: [0, 0, 10, 0, objects.script, 255],
    id: 1,
  }
  return [
    ...requestHead<LoadControl>([
      { name: 'object of the period start', of: data(objects.start) },
      { name: 'object of the period end', of: data(objects.end) },
      { name: 'script of the level', of: () => script },
    ]),
    dateTimeField('period start', 'from'),
    dateTimeField('period end', 'until'),
    levelField(objects),
  ]
}

const levelField = (objects: LoadControlObjects): Field<LoadControl> => ({
  name: 'direction, controller and level',
  bytes: 3,
  write(value) {
    const word = levelWord(value)
    return Uint8Array.of(0x12, word >> 8, word & 0xff)
  },
  read(bytes) {
    const direction = readDirection(bytes[1] ?? 0)
    const levelPercent = bytes[2] ?? 0
    const read = direction && { ...direction, levelPercent }
    return read && levelPercent <= 100 && isSetting(objects, read) ? read : undefined
  },
  say: (value) => `${directionWords(value)}, level ${value.levelPercent} %`,
})
