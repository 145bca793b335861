import { Fault } from '@interlock/kernel'

type Row = { readonly code: string; readonly words: string; readonly remedy: string }

const diskFull: Row = {
  code: 'DiskFull',
  words: 'no space left',
  remedy: 'free space on that disk, or point the data folder at another; nothing was acted on',
}
const diskFailed: Row = {
  code: 'DiskFailed',
  words: 'the disk failed',
  remedy: 'check the disk and start again; nothing was acted on',
}
const denied: Row = {
  code: 'FileDenied',
  words: 'not allowed',
  remedy: 'make the folder readable and writable by the user that runs this, or choose another',
}

/** One row per system error that a person can do something about. */
const rows: Readonly<Record<string, Row>> = {
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EFBIG: diskFull,
  EIO: diskFailed,
  EROFS: { ...denied, words: 'the file system is read-only' },
  ENOENT: {
    code: 'FileMissing',
    words: 'does not exist',
    remedy: 'check the path; folders are not made where a file is expected',
  },
  EACCES: denied,
  EPERM: denied,
}

/** A failed file operation as a Fault that names the file and the remedy. */
export function diskFault(path: string, cause: unknown): Fault {
  if (cause instanceof Fault) return cause
  const row = rows[errorCode(cause) ?? ''] ?? diskFailed
  return new Fault(row.code, `${path}: ${row.words}`, { cause, remedy: row.remedy })
}

/** The system's error code, such as `ENOENT`. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
