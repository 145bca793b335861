import type { Journal } from '@interlock/store'
import { recall, type Memory } from './core/memory.ts'

/** The memory and the journal it is kept in, always alike. */
export type Keeper = {
  readonly memory: Memory
  /** @throws Fault when the change could not be made durable; the memory is then as before. */
  commit(change: Partial<Memory>): void
  close(): void
}

/** After so many entries the journal is written anew as one. */
const entriesMax = 1_000

export function createKeeper(journal: Journal): Keeper {
  let memory = recall(journal.entries())
  let entries = 1
  journal.rewrite([memory])
  return {
    get memory() {
      return memory
    },
    commit(change) {
      const next = { ...memory, ...change }
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
