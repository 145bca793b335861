/** What was worked out lately, by the bytes that it was worked out from. */
export type Recent<Value> = {
  of(bytes: Uint8Array): Value | undefined
}

/**
 * Keeps the `max` results of `work` that were asked for last. `work` depends on the bytes alone; an
 * `undefined` is worked out again each time, so that nonsense pushes nothing out.
 */
export function createRecent<Value>(
  max: number,
  work: (bytes: Uint8Array) => Value | undefined,
): Recent<Value> {
  const kept = new Map<string, Value>()
  return {
    of(bytes) {
      const name = Buffer.from(bytes).toString('latin1')
      const value = kept.get(name) ?? work(bytes)
      if (value === undefined) return undefined
      // A map lists in order of insertion: the one asked for longest ago is its first.
      kept.delete(name)
      kept.set(name, value)
      const [oldest] = kept.keys()
      if (kept.size > max && oldest !== undefined) kept.delete(oldest)
      return value
    },
  }
}
