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

/** After so many entries the journal is written anew as one. */
const entriesMax = 2_000

export function createKeeper(journal: Journal, now: Instant): Keeper {
  let memory = recall(journal.entries(), now)
  let entries = 1
  journal.rewrite([memory])
  return {
    get memory() {
      return memory
    },
    commit(change) {
      const next = remember(memory, change)
      if (entries >= entriesMax) {
        journal.rewrite([next])
        entries = 1
      } else {
        journal.append(change)
        entries += 1
      }
      memory = next
    },
    close: () => journal.close(),
  }
}
