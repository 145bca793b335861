/** The value below which `share` of the samples lie (nearest rank); 0 for no samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

/** Counts by key, in the order of the keys, so that two reports can be compared by eye. */
export function countBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const item of items) {
    const key = keyOf(item)
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

/** Rounds for people and JSON: three decimals. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000
