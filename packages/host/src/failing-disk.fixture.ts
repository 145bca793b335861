import { systemCalls, type FileCalls } from './file-calls.ts'

/** The system's file calls, of which a test makes one fail. */
export type FailingDisk = FileCalls & {
  /** The error code of the next calls of each kind; absent: they work. */
  readonly fails: { write?: string; sync?: string; cut?: string }
  /** How many bytes a failing write still writes. */
  writtenBytes: number
  syncs: number
}

export function failingDisk(): FailingDisk {
  const fails: FailingDisk['fails'] = {}
  const failure = (code: string): Error => Object.assign(new Error(code), { code })
  const disk: FailingDisk = {
    ...systemCalls,
    fails,
    writtenBytes: 0,
    syncs: 0,
    write(fd, bytes) {
      if (fails.write === undefined) return systemCalls.write(fd, bytes)
      if (disk.writtenBytes > 0) systemCalls.write(fd, bytes.subarray(0, disk.writtenBytes))
      throw failure(fails.write)
    },
    sync(fd) {
      if (fails.sync !== undefined) throw failure(fails.sync)
      disk.syncs++
      systemCalls.sync(fd)
    },
    cut(fd, size) {
      if (fails.cut !== undefined) throw failure(fails.cut)
      systemCalls.cut(fd, size)
    },
  }
  return disk
}
