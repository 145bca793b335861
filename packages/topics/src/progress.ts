import { position, type Position } from '@interlock/bus'
import type { Followed } from '@interlock/seal'
import type { Journal } from '@interlock/store'

/** How far a reader has come: in what is carried, and with each author of each topic. */
export type Progress = {
  readonly position: Position
  of(author: string): Followed | undefined
  readonly all: ReadonlyMap<string, Followed>
  /** After a message has been dealt with. */
  save(at: Position, author?: string, followed?: Followed): void
  close(): void
}

type Entry = {
  readonly position: Position
  readonly author?: string
  readonly followed?: Followed
}

/** @param journal where it is kept; without one a reader begins anew with its process */
export function openProgress(journal?: Journal): Progress {
  const all = new Map<string, Followed>()
  let last = position(0)
  const apply = ({ position: at, author, followed }: Entry): void => {
    last = at
    if (author !== undefined && followed !== undefined) all.set(author, followed)
  }
  for (const entry of (journal?.entries() ?? []) as readonly Entry[]) apply(entry)
  return {
    get position() {
      return last
    },
    of: (author) => all.get(author),
    all,
    save(at, author, followed) {
      const entry: Entry =
        author === undefined || followed === undefined
          ? { position: at }
          : { position: at, author, followed }
      journal?.append(entry)
      apply(entry)
      if (journal?.isLong !== true) return
      const kept = [...all].map(([name, each]): Entry => ({
        position: last,
        author: name,
        followed: each,
      }))
      journal.rewrite([...kept, { position: last }])
    },
    close: () => journal?.close(),
  }
}
