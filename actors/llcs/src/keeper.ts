import type { Journal } from '@interlock/store'
import { recall, type Memory } from './core/memory.ts'

/** The memory and the journal it is kept in, always alike. */
export type Keeper = {
  readonly memory: Memory
  /** @throws Fault when the change could not be made durable; the memory is then as before. */
  commit(change: Partial<Memory>): void
  close(): void
}

export function createKeeper(journal: Journal): Keeper {
  let memory = recall(journal.entries())
  journal.rewrite([memory])
  return {
    get memory() {
      return memory
    },
    commit(change) {
      const next = { ...memory, ...change }
      if (journal.isLong) journal.rewrite([next])
      else journal.append(change)
      memory = next
    },
    close: () => journal.close(),
  }
}
