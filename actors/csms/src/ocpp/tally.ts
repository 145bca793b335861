import { inMinutes, type Clock, type Timer } from '@interlock/kernel'

/** What others can make happen as often as they like is told once a minute, with how often it was. */
export type Tally = {
  readonly add: (name: string) => void
  /** The end: tells at once what has been counted, and counts nothing that comes late. */
  readonly over: () => void
}
export type Counts = Readonly<Record<string, number>>

const spanMillis = inMinutes(1)

export function createTally(
  wall: Clock,
  label: string,
  tell: (counts: Counts, sum: number) => void,
): Tally {
  let counted: { timer: Timer; sum: number; readonly counts: Map<string, number> } | undefined
  let isOver = false
  const flush = (): void => {
    if (counted === undefined) return
    const { timer, counts, sum } = counted
    counted = undefined
    timer.cancel()
    tell(Object.fromEntries(counts), sum)
  }
  return {
    over() {
      isOver = true
      flush()
    },
    add(name) {
      if (isOver) return
      counted ??= { timer: wall.after(spanMillis, label, flush), sum: 0, counts: new Map() }
      counted.sum += 1
      counted.counts.set(name, (counted.counts.get(name) ?? 0) + 1)
    },
  }
}
