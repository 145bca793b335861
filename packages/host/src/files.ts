import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { diskFault } from './disk-fault.ts'
import { systemCalls, type FileCalls } from './file-calls.ts'

/**
 * Replaces a file so that a reader, or a crash at any moment, sees the old or the new content whole.
 * @throws Fault `DiskFull`, `DiskFailed` or `FileDenied`; the old content stays.
 */
export function writeAtomic(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
  calls: FileCalls = systemCalls,
): void {
  const draft = `${path}.draft`
  try {
    calls.create(draft, content, mode)
    calls.rename(draft, path)
    calls.syncDir(dirname(path))
  } catch (cause) {
    rmSync(draft, { force: true })
    throw diskFault(path, cause)
  }
}

/**
 * Removes a file, durably; one that is not there is fine.
 * @returns whether it was there
 * @throws Fault `DiskFull`, `DiskFailed` or `FileDenied`
 */
export function removeFile(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    rmSync(path)
    systemCalls.syncDir(dirname(path))
    return true
  } catch (cause) {
    throw diskFault(path, cause)
  }
}

/**
 * Makes the folder and its parents. Others may pass through, which the database's user must, but not
 * look around; what is secret in it is in files of mode 0600.
 */
export function ensureDir(path: string, mode = 0o711): void {
  try {
    mkdirSync(path, { recursive: true, mode })
  } catch (cause) {
    throw diskFault(path, cause)
  }
}

/** A new folder among the system's temporary ones, or in `parent`, which others may pass through as above. */
export function temporaryDir(name: string, parent: string = tmpdir()): string {
  const path = mkdtempSync(join(parent, `${name}-`))
  chmodSync(path, 0o711)
  return path
}
