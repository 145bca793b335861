import { closeSync, fstatSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '@interlock/kernel'
import { diskFault } from './disk-fault.ts'
import { systemCalls, type FileCalls } from './file-calls.ts'

/**
 * A file that only grows. What `append` wrote is whole or absent: when a write fails half-way, the file
 * is cut back to where it was and the Fault says so.
 */
export type AppendFile = {
  append(bytes: Uint8Array): void
  /** Returns when everything appended is on the disk. */
  sync(): void
  cut(size: number): void
  close(): void
}

/** Opens or creates (0600) the file. @throws Fault from {@link diskFault}. */
export function openAppendFile(path: string, calls: FileCalls = systemCalls): AppendFile {
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (cause) {
      throw diskFault(path, cause)
    }
  }
  const fd = attempt(() => openSync(path, 'a', 0o600))
  attempt(() => calls.syncDir(dirname(path)))
  let size = fstatSync(fd).size
  let open = true
  // After a failed sync nobody knows what is on the disk: only reading it again tells.
  let lost: Fault | undefined

  const usable = (): void => {
    if (lost !== undefined) throw lost
    if (!open) throw new Fault('FileClosed', `${path}: used after it was closed`)
  }
  const cut = (to: number): void => {
    try {
      calls.cut(fd, to)
      size = to
    } catch (cause) {
      lost = diskFault(path, cause)
      throw lost
    }
  }

  return {
    append(bytes) {
      usable()
      try {
        for (let at = 0; at < bytes.length;) at += calls.write(fd, bytes.subarray(at))
        size += bytes.length
      } catch (cause) {
        const fault = diskFault(path, cause)
        try {
          cut(size)
        } catch {
          lost = fault
        }
        throw fault
      }
    },
    sync() {
      usable()
      try {
        calls.sync(fd)
      } catch (cause) {
        lost = diskFault(path, cause)
        throw lost
      }
    },
    cut(to) {
      usable()
      cut(to)
    },
    close() {
      if (!open) return
      open = false
      closeSync(fd)
    },
  }
}
