import { readFileSync, statSync } from 'node:fs'
import { Fault } from '@interlock/kernel'

const textBytesMax = 4_194_304
/** For all who name files: a config, or a person at the command line. */
const namedWrongly = 'check the path, and that the file is there and readable'

/**
 * Reads a small text file, such as a certificate.
 * @throws Fault `FileUnreadable`, naming the file.
 */
export function readText(path: string): string {
  try {
    if (statSync(path).size <= textBytesMax) return readFileSync(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, 'cannot be read', namedWrongly, cause)
  }
  throw unreadable(path, `is larger than ${textBytesMax} bytes`, 'check that it is the file meant')
}

/**
 * The same for a secret, which must be its owner's alone (0600).
 * @throws Fault `FileUnreadable`, naming the file.
 */
export function readSecret(path: string): string {
  const text = readText(path)
  if ((statSync(path).mode & 0o077) === 0) return text
  throw unreadable(path, 'may be read by others than its owner', `chmod 600 ${path}`)
}

const unreadable = (path: string, words: string, remedy: string, cause?: unknown): Fault =>
  new Fault('FileUnreadable', `${path}: ${words}`, { remedy, cause })
