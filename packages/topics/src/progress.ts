import { position, type Position } from '@interlock/bus'
import type { Followed } from '@interlock/seal'
import type { Journal } from '@interlock/store'

/** How far a reader has come: in what is carried, and with each author of each topic. */
export type Progress = {
  /** Up to here all was dealt with, but what waits. */
  readonly position: Position
  /** Where something waits to be judged. */
  readonly waiting: readonly Position[]
  /** Where to read on: before the first that waits. */
  readonly readFrom: Position
  /** Dealt with already, though it is read again for what waits before it. */
  isDone(at: Position): boolean
  of(author: string): Followed | undefined
  readonly all: ReadonlyMap<string, Followed>
  /** What waits to be judged, written down with the next `save`. */
  wait(positions: readonly Position[]): void
  /** After a message has been dealt with. */
  save(at: Position, author?: string, followed?: Followed): void
  close(): void
}

type Entry = {
  readonly position: Position
  readonly author?: string
  readonly followed?: Followed
  /** Absent: as in the entry before. */
  readonly waiting?: readonly Position[]
}

/** @param journal where it is kept; without one a reader begins anew with its process */
export function openProgress(journal?: Journal): Progress {
  const all = new Map<string, Followed>()
  let last = position(0)
  let waiting: readonly Position[] = []
  let isWaitingNews = false
  const apply = ({ position: at, author, followed, waiting: now }: Entry): void => {
    last = at
    if (now !== undefined) waiting = now
    if (author !== undefined && followed !== undefined) all.set(author, followed)
  }
  for (const entry of (journal?.entries() ?? []) as readonly Entry[]) apply(entry)
  return {
    get position() {
      return last
    },
    get waiting() {
      return waiting
    },
    get readFrom() {
      const [first] = waiting
      return first === undefined ? last : position(Math.min(first - 1, last))
    },
    isDone: (at) => at <= last && !waiting.includes(at),
    of: (author) => all.get(author),
    all,
    wait(positions) {
      const isSame = positions.length === waiting.length
      if (isSame && positions.every((each, i) => each === waiting[i])) return
      isWaitingNews = true
      waiting = positions
    },
    save(at, author, followed) {
      const entry: Entry = {
        position: at,
        ...(author !== undefined && followed !== undefined && { author, followed }),
        ...(isWaitingNews && { waiting }),
      }
      journal?.append(entry)
      isWaitingNews = false
      apply(entry)
      if (journal?.isLong !== true) return
      const kept = [...all].map(([name, each]): Entry => ({
        position: last,
        author: name,
        followed: each,
      }))
      journal.rewrite([...kept, { position: last, waiting }])
    },
    close: () => journal?.close(),
  }
}
