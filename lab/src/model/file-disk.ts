import { fstatSync, ftruncateSync } from 'node:fs'
import { openJournal, systemCalls, type FileCalls } from '@interlock/host'
import type { Journal } from '@interlock/store'
import type { Life } from './clock.ts'
import type { Disk } from './disk.ts'

/**
 * How a device dies at a call: with `half` of the bytes written, `after` it, or after it with everything
 * lost that was not synced. The first two are a SIGKILL, the last is a loss of power.
 */
export type How = 'half' | 'after' | 'unsynced'
/** At which of its calls to the disk, counted from the beginning. */
export type Death = { readonly call: number; readonly how: How }

/** For each kind of call what may be on the disk then. Before one is after the one before it. */
export const deathsAt = {
  write: ['half', 'after', 'unsynced'],
  create: ['half', 'after'],
  sync: ['after'],
  cut: ['after'],
  rename: ['after'],
  syncDir: ['after'],
} as const satisfies Record<keyof FileCalls, readonly How[]>

export type FileDisk = Disk & { readonly calls: readonly (keyof FileCalls)[] }

export type FileDiskOptions = {
  readonly death?: Death | undefined
  /** What the death is; without it only this device ends, and nothing it does reaches anybody. */
  readonly die?: (life: Life) => void
  /** What stands between device and journal; nothing, unless a test breaks it. */
  readonly keeping?: (journal: Journal) => Journal
}

/** Writes a device's first journal. */
export function beginJournal(path: string, first: readonly unknown[]): void {
  const journal = openJournal(path)
  journal.rewrite(first)
  journal.close()
}

/** A device's real journal on a real file, on which every call may be the last. */
export function createFileDisk(path: string, options: FileDiskOptions = {}): FileDisk {
  const { death, die = (life) => void (life.alive = false), keeping = faithful } = options
  const calls: (keyof FileCalls)[] = []

  const callsFor = (life: Life): FileCalls => {
    /** What is on the disk of each open file whatever happens. */
    const synced = new Map<number, number>()
    const guarded = (
      kind: keyof FileCalls,
      whole: () => void,
      half: () => void = whole,
      fd?: number,
    ): void => {
      if (!life.alive) return
      calls.push(kind)
      if (calls.length !== death?.call) return whole()
      if (death.how === 'half') half()
      else whole()
      if (death.how === 'unsynced' && fd !== undefined)
        ftruncateSync(fd, synced.get(fd) ?? fstatSync(fd).size)
      die(life)
    }
    return {
      write(fd, bytes) {
        if (!synced.has(fd) && life.alive) synced.set(fd, fstatSync(fd).size)
        const write = (part: Uint8Array) => () => void systemCalls.write(fd, part)
        guarded('write', write(bytes), write(bytes.subarray(0, bytes.length / 2)), fd)
        return bytes.length
      },
      // Nothing here cuts the power of this machine: what is written is there.
      sync: (fd) => guarded('sync', () => void synced.set(fd, fstatSync(fd).size)),
      cut: (fd, size) => guarded('cut', () => systemCalls.cut(fd, size)),
      create: (draft, content, mode) =>
        guarded(
          'create',
          () => systemCalls.create(draft, content, mode),
          () => systemCalls.create(draft, content.slice(0, content.length / 2), mode),
        ),
      rename: (from, to) => guarded('rename', () => systemCalls.rename(from, to)),
      syncDir: () => guarded('syncDir', () => {}),
    }
  }

  return {
    writes: 0,
    diesAfter: undefined,
    calls,
    get entries() {
      const journal = openJournal(path)
      journal.close()
      return journal.entries()
    },
    journalFor: (life) => keeping(openJournal(path, callsFor(life))),
  }
}

const faithful = (journal: Journal): Journal => journal

/** Says that an entry is kept, and writes it when six are waiting: broken on purpose. */
export function behind(journal: Journal): Journal {
  const waiting: unknown[] = []
  return {
    ...journal,
    get isLong() {
      return journal.isLong
    },
    append(entry) {
      waiting.push(entry)
      if (waiting.length === 6) for (const each of waiting.splice(0)) journal.append(each)
    },
  }
}
