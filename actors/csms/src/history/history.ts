import { inHours, type Clock, type StationId } from '@interlock/kernel'
import { Segment, type Mark } from './segment.ts'

/** One frame as it went over a connection, or something that was wrong with one. */
export type Entry = {
  /** Counts every entry there has been, from 0. */
  readonly number: number
  readonly at: number
  readonly stationId: StationId
  /** `in`: from the station. */
  readonly direction: 'in' | 'out'
  readonly text?: string
  readonly problem?: {
    readonly code: string
    readonly detail: string
    readonly messageId?: string | undefined
  }
}

/** The latest frames, oldest first. Nothing is parsed until somebody asks. */
export type History = {
  add(entry: Omit<Entry, 'at' | 'number'>): void
  /** Of one station or of all, those with a higher number than `after`. */
  entries(asked?: {
    readonly stationId?: string | undefined
    readonly after?: number
  }): Iterable<Entry>
}

export const historyLimits = {
  entriesMax: 50_000,
  bytesMax: 64 * 1024 * 1024,
  /** What of one frame is kept. */
  frameCharsMax: 65_536,
  ageMillisMax: inHours(24),
} as const

/** What of the words about a problem is kept. */
const detailCharsMax = 1_000

export function createHistory(clock: Clock, limits = historyLimits): History {
  let segments = [new Segment()]
  /** Of the oldest segment, the first entry that has not been dropped. */
  let first = 0
  let count = 0
  let bytes = 0
  /** Entries there are no more. */
  let dropped = 0
  /** Dropped, and read by nobody. */
  let spare: Segment | undefined
  const readers = new Set<object>()

  const fresh = (): Segment => {
    const next = spare ?? new Segment()
    spare = undefined
    return next
  }
  const dropOldest = (oldest: Segment): void => {
    bytes -= oldest.sizeAt(first)
    count -= 1
    dropped += 1
    first += 1
    if (first < oldest.count) return
    first = 0
    if (readers.size === 0) spare = oldest.reuse()
    segments = segments.length > 1 ? segments.slice(1) : [fresh()]
  }
  const expire = (now: number): void => {
    while (count > 0) {
      const [oldest] = segments
      if (oldest === undefined) return
      const tooMuch = count > limits.entriesMax || bytes > limits.bytesMax
      if (!tooMuch && now - oldest.timeAt(first) <= limits.ageMillisMax) return
      dropOldest(oldest)
    }
  }
  const store = (mark: Mark, text: string): number => {
    const taken = segments.at(-1)?.add(mark, text)
    if (taken !== undefined) return taken
    const next = fresh()
    segments.push(next)
    return next.add(mark, text) ?? 0
  }
  return {
    add({ stationId, direction, text, problem }) {
      const at = clock.now()
      const kind = problem === undefined ? 'frame' : 'problem'
      const kept =
        problem === undefined
          ? (text ?? '').slice(0, limits.frameCharsMax)
          : JSON.stringify({ ...problem, detail: problem.detail.slice(0, detailCharsMax) })
      bytes += store({ at, stationId, direction, kind }, kept)
      count += 1
      expire(at)
    },
    entries({ stationId, after = -1 } = {}) {
      expire(clock.now())
      const wanted = { number: dropped - first, from: first, after, stationId }
      return keeping(readers, entriesOf(segments, wanted))
    },
  }
}

/** What is being read is not used for other entries meanwhile. */
function* keeping<Item>(readers: Set<object>, items: Iterable<Item>): Iterable<Item> {
  const reader = {}
  readers.add(reader)
  try {
    yield* items
  } finally {
    readers.delete(reader)
  }
}

type Wanted = {
  /** Of the first place of the first segment. */
  readonly number: number
  /** The first place there that has not been dropped. */
  readonly from: number
  readonly after: number
  readonly stationId: string | undefined
}

/** Decoded one by one, so that whoever stops early pays for no more. */
function* entriesOf(segments: readonly Segment[], wanted: Wanted): Iterable<Entry> {
  let { number } = wanted
  for (const [index, segment] of segments.entries()) {
    const from = Math.max(index === 0 ? wanted.from : 0, wanted.after + 1 - number)
    // What comes while it is read is for the next one to read.
    const { count } = segment
    for (let at = from; at < count; at++) {
      const stationId = segment.stationAt(at)
      if (stationId === undefined) continue
      if (wanted.stationId !== undefined && stationId !== wanted.stationId) continue
      const { kind, ...mark } = segment.markAt(at)
      const text = segment.textAt(at)
      const said =
        kind === 'frame' ? { text } : { problem: JSON.parse(text) as NonNullable<Entry['problem']> }
      yield { number: number + at, ...mark, stationId, ...said }
    }
    number += count
  }
}
