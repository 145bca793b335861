import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'

/** Each step by which a file on the disk changes; tests pass ones that fail, or are the last. */
export type FileCalls = {
  write(fd: number, bytes: Uint8Array): number
  sync(fd: number): void
  cut(fd: number, size: number): void
  /** A whole new file, on the disk when it returns. */
  create(path: string, content: string | Uint8Array, mode: number): void
  rename(from: string, to: string): void
  /** A new or renamed file is durable only when its folder is. */
  syncDir(path: string): void
}

export const systemCalls: FileCalls = {
  write: writeSync,
  sync: fsyncSync,
  cut: ftruncateSync,
  create: (path, content, mode) => writeFileSync(path, content, { mode, flush: true }),
  rename: renameSync,
  syncDir(path) {
    const fd = openSync(path, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
}
