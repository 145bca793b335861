import type { Journal } from '@interlock/store'

/** A journal without a disk, for as long as the test holds it. @param longAt entries at which it is long */
export function memoryJournal(longAt = Infinity): Journal {
  let kept: unknown[] = []
  let appended = 0
  return {
    entries: () => structuredClone(kept),
    append(entry) {
      kept.push(structuredClone(entry))
      appended++
    },
    get isLong() {
      return appended >= longAt
    },
    rewrite(entries) {
      kept = structuredClone([...entries])
      appended = 0
    },
    close: () => {},
  }
}
