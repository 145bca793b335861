/** Offsets in a source, from the first to before the last. */
export type Interval = readonly [from: number, to: number]

/** What is in both; each list is in order and does not overlap itself. */
export function overlap(one: readonly Interval[], other: readonly Interval[]): Interval[] {
  const both: Interval[] = []
  for (let a = 0, b = 0; a < one.length && b < other.length;) {
    const [fromA, toA] = one[a] ?? [0, 0]
    const [fromB, toB] = other[b] ?? [0, 0]
    const from = Math.max(fromA, fromB)
    const to = Math.min(toA, toB)
    if (from < to) both.push([from, to])
    if (toA < toB) a++
    else b++
  }
  return both
}

export const lengthOf = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, [from, to]) => sum + to - from, 0)

/** What is in the first and not in the second, both as above. */
export function without(one: readonly Interval[], other: readonly Interval[]): Interval[] {
  const left: Interval[] = []
  for (const [from, to] of one) {
    let at = from
    for (const [begin, end] of overlap([[from, to]], other)) {
      if (at < begin) left.push([at, begin])
      at = end
    }
    if (at < to) left.push([at, to])
  }
  return left
}
