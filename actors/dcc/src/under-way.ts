/** What has begun for each key and not ended; a key with nothing of it is forgotten. */
export type UnderWay<Key> = {
  add<Result>(key: Key, work: Promise<Result>): Promise<Result>
  /** Resolves when all that has begun by now has ended, well or not. */
  ended(key: Key): Promise<void>
}

export function createUnderWay<Key>(): UnderWay<Key> {
  const begun = new Map<Key, Set<Promise<unknown>>>()
  return {
    async add(key, work) {
      const all = begun.get(key) ?? new Set()
      begun.set(key, all.add(work))
      try {
        return await work
      } finally {
        all.delete(work)
        if (all.size === 0) begun.delete(key)
      }
    },
    async ended(key) {
      const all = begun.get(key)
      if (all !== undefined) await Promise.allSettled(all)
    },
  }
}
