import { inHours, type Clock, type StationId } from '@interlock/kernel'

/** One frame as it went over a connection, or something that was wrong with one. */
export type Entry = {
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
  add(entry: Omit<Entry, 'at'>): void
  entries(stationId?: string): readonly Entry[]
}

export const historyLimits = {
  entriesMax: 50_000,
  charsMax: 64 * 1024 * 1024,
  /** What of one frame is kept. */
  frameCharsMax: 65_536,
  ageMillisMax: inHours(24),
} as const

export function createHistory(clock: Clock, limits = historyLimits): History {
  const entries: Entry[] = []
  let first = 0
  let chars = 0
  const sizeOf = ({ text, problem }: Omit<Entry, 'at'>): number =>
    (text?.length ?? 0) + (problem?.detail.length ?? 0)

  const dropOldest = (): void => {
    const oldest = entries[first]
    if (oldest !== undefined) chars -= sizeOf(oldest)
    first += 1
    // Shifting an array for every frame would cost as much as the frame.
    if (first < 1024 || first < entries.length / 2) return
    entries.splice(0, first)
    first = 0
  }
  const expire = (now: number): void => {
    while (first < entries.length) {
      const tooMany = entries.length - first > limits.entriesMax || chars > limits.charsMax
      if (!tooMany && now - (entries[first]?.at ?? now) <= limits.ageMillisMax) return
      dropOldest()
    }
  }
  return {
    add(given) {
      const at = clock.now()
      const text = given.text?.slice(0, limits.frameCharsMax)
      const entry = text === undefined ? { ...given, at } : { ...given, text, at }
      entries.push(entry)
      chars += sizeOf(entry)
      expire(at)
    },
    entries(stationId) {
      expire(clock.now())
      const kept = entries.slice(first)
      return stationId === undefined ? kept : kept.filter((each) => each.stationId === stationId)
    },
  }
}
