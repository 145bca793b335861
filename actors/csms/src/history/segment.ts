import type { StationId } from '@interlock/kernel'

export const segmentLimits = {
  entriesMax: 1_024,
  /** A longest frame fits, each of its characters at three bytes. */
  bytesMax: 262_144,
} as const

/** What one entry of a segment is, besides its text. */
export type Mark = {
  readonly at: number
  readonly stationId: StationId
  readonly direction: 'in' | 'out'
  /** A frame as it went over the wire, or what was wrong with one, as JSON. */
  readonly kind: 'frame' | 'problem'
}
const isOut = 1
const isProblem = 2
const encoder = new TextEncoder()
// A byte order mark is a character like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * A run of entries, as bytes outside the heap: what is kept for hours would otherwise be copied by
 * the garbage collector, and that costs more than everything else done with a short message.
 */
export class Segment {
  count = 0
  readonly #bytes = new Uint8Array(segmentLimits.bytesMax)
  readonly #ends = new Uint32Array(segmentLimits.entriesMax)
  readonly #times = new Float64Array(segmentLimits.entriesMax)
  readonly #flags = new Uint8Array(segmentLimits.entriesMax)
  readonly #stations: StationId[] = []

  /** Empties it for other entries, so that a busy CSMS does not make and clear a new one each time. */
  reuse(): this {
    this.count = 0
    this.#stations.length = 0
    return this
  }

  /** Bytes that the text took; `undefined` when there is no room for it. */
  add({ at, stationId, direction, kind }: Mark, text: string): number | undefined {
    const { count } = this
    const start = this.#startOf(count)
    if (count === segmentLimits.entriesMax) return undefined
    if (start + text.length * 3 > segmentLimits.bytesMax) return undefined
    const { written: size } = encoder.encodeInto(text, this.#bytes.subarray(start))
    this.#ends[count] = start + size
    this.#times[count] = at
    this.#flags[count] = (direction === 'out' ? isOut : 0) | (kind === 'problem' ? isProblem : 0)
    this.#stations[count] = stationId
    this.count = count + 1
    return size
  }

  sizeAt(index: number): number {
    return (this.#ends[index] ?? 0) - this.#startOf(index)
  }

  timeAt(index: number): number {
    return this.#times[index] ?? 0
  }

  stationAt(index: number): StationId | undefined {
    return this.#stations[index]
  }

  markAt(index: number): Omit<Mark, 'stationId'> {
    const flags = this.#flags[index] ?? 0
    return {
      at: this.timeAt(index),
      direction: (flags & isOut) === 0 ? 'in' : 'out',
      kind: (flags & isProblem) === 0 ? 'frame' : 'problem',
    }
  }

  textAt(index: number): string {
    return decoder.decode(this.#bytes.subarray(this.#startOf(index), this.#ends[index]))
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] ?? 0)
  }
}
