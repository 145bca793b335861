import { assert, concat, sameBytes, u64, type Instant } from '@interlock/kernel'
import { dateTimeBytes, decodeDateTime, encodeDateTime } from './date-time.ts'

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

/** What tells the two use cases apart: the F values of the period's objects and the script. */
export type LoadControlObjects = {
  readonly start: number
  readonly end: number
  readonly script: number
}

const bits = { import: 0x1000, export: 0x2000 } as const satisfies Record<Direction, number>
const contentBytes = 69

export function isLoadControl(value: LoadControl): boolean {
  const whole = (number: number, low: number, high: number) =>
    Number.isInteger(number) && number >= low && number <= high
  return whole(value.controller, 1, 5) && whole(value.levelPercent, 0, 100)
}

/** `dirAndNumber | level` as GBCS writes them. */
export const levelWord = (value: Pick<LoadControl, 'controller' | 'direction' | 'levelPercent'>) =>
  bits[value.direction] | (value.controller << 8) | value.levelPercent

/** A DLMS access-request: set start, set end, run the script with direction, number and level. */
export function encodeLoadControl(
  value: LoadControl,
  objects: LoadControlObjects,
  counter: bigint,
): Uint8Array {
  assert(isLoadControl(value), 'controller 1 to 5, level 0 to 100')
  const word = levelWord(value)
  const data = (f: number) =>
    Uint8Array.of(0x02, 0, 1, 0, 0, 94, 44, 116 + value.controller, f, 0x02)
  return concat(
    Uint8Array.of(0xd9, 0x20),
    u64(counter).subarray(5),
    Uint8Array.of(0x00, 3),
    data(objects.start),
    data(objects.end),
    Uint8Array.of(0x03, 0, 9, 0, 0, 10, 0, objects.script, 0xff, 0x01),
    Uint8Array.of(3, 0x09, dateTimeBytes),
    encodeDateTime(value.from),
    Uint8Array.of(0x09, dateTimeBytes),
    encodeDateTime(value.until),
    Uint8Array.of(0x12, word >> 8, word & 0xff),
  )
}

/**
 * `undefined` unless the content is, to the byte, what {@link encodeLoadControl} writes for the
 * values in it. Whether the period makes sense is for the caller to judge.
 */
export function decodeLoadControl(
  content: Uint8Array,
  objects: LoadControlObjects,
  counter: bigint,
): LoadControl | undefined {
  if (content.length !== contentBytes) return undefined
  const from = decodeDateTime(content.subarray(40, 52))
  const until = decodeDateTime(content.subarray(54, 66))
  const high = content[67] ?? 0
  if (from === undefined || until === undefined) return undefined
  const value: LoadControl = {
    controller: high & 0x0f,
    direction: (high & 0xf0) === 0x20 ? 'export' : 'import',
    levelPercent: content[68] ?? 0,
    from,
    until,
  }
  if (!isLoadControl(value)) return undefined
  return sameBytes(encodeLoadControl(value, objects, counter), content) ? value : undefined
}
