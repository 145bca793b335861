import type { Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { recall, remember, type Memory, type MemoryChange } from './core/memory.ts'

/** The memory and the journal it is kept in, always alike. */
export type Keeper = {
  readonly memory: Memory
  /** @throws Fault when the change could not be made durable; the memory is then as before. */
  commit(change: MemoryChange): void
  close(): void
}

export function createKeeper(journal: Journal, now: Instant): Keeper {
  let memory = recall(journal.entries(), now)
  journal.rewrite([memory])
  return {
    get memory() {
      return memory
    },
    commit(change) {
      const next = remember(memory, change)
      if (journal.isLong) journal.rewrite([next])
      else journal.append(change)
      memory = next
    },
    close: () => journal.close(),
  }
}
