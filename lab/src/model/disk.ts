import type { Ports } from '@interlock/host'
import { emptyHead, type Audit } from '@interlock/ledger'
import type { Journal } from '@interlock/store'
import type { Life } from './clock.ts'

/** What survives the death of a device: its journal, in memory. */
export type Disk = {
  readonly entries: readonly unknown[]
  /** Entries made durable since the count was last reset. */
  writes: number
  /** The device dies when so many have been. */
  diesAfter: number | undefined
  journalFor(life: Life): Journal
}

/** What becomes of an entry on a disk that is not as it should be. */
export type Spoil = (entry: unknown) => unknown

/**
 * Each entry is durable when `append` returns, as `openJournal` has it. Where the device shall die
 * after a write, everything it does from then on reaches nobody: a SIGKILL at that very place.
 */
export function createDisk(first: readonly unknown[], spoil: Spoil = (entry) => entry): Disk {
  let entries: readonly unknown[] = first
  const disk: Disk = {
    get entries() {
      return entries
    },
    writes: 0,
    diesAfter: undefined,
    journalFor(life) {
      const write = (next: readonly unknown[]): void => {
        if (!life.alive) return
        entries = next
        disk.writes += 1
        if (disk.writes === disk.diesAfter) life.alive = false
      }
      return {
        entries: () => entries,
        isLong: false,
        append: (entry) => write([...entries, spoil(entry)]),
        rewrite: (kept) => write(kept),
        close: () => {},
      }
    },
  }
  return disk
}

/** Audit trails and witness statements: nothing rests on them here. */
export const mutePorts: Pick<Ports, 'openAudit' | 'openAppendFile'> = {
  openAudit: () => muteAudit,
  openAppendFile: () => ({ append: () => {}, sync: () => {}, cut: () => {}, close: () => {} }),
}

const entry = { seq: 0, at: 0, actor: '', kind: '', data: {}, prev: '', hash: '' }
export const muteAudit: Audit = {
  record: () => entry,
  critical: () => entry,
  checkpoint: () => ({ actor: '', seq: 0, hash: '', at: 0, signature: '', certificate: '' }),
  onCheckpoint: () => {},
  head: () => emptyHead,
  close: () => {},
}
