import { inMinutes, type Clock, type Timer } from '@interlock/kernel'

/** What others can make happen as often as they like is told once a minute, with how often it was. */
export type Tally = {
  readonly add: (name: string) => void
  /** Tells at once what has been counted. */
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
  const over = (): void => {
    if (counted === undefined) return
    const { timer, counts, sum } = counted
    counted = undefined
    timer.cancel()
    tell(Object.fromEntries(counts), sum)
  }
  return {
    over,
    add(name) {
      counted ??= { timer: wall.after(spanMillis, label, over), sum: 0, counts: new Map() }
      counted.sum += 1
      counted.counts.set(name, (counted.counts.get(name) ?? 0) + 1)
    },
  }
}
