import { readFileSync, statSync } from 'node:fs'
import { Fault } from '@interlock/kernel'

const textBytesMax = 4_194_304

/**
 * Reads a small text file, such as a certificate.
 * @throws Fault `FileUnreadable`, naming the file.
 */
export function readText(path: string): string {
  try {
    if (statSync(path).size <= textBytesMax) return readFileSync(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, 'cannot be read', 'check the path in the config', cause)
  }
  throw unreadable(path, `is larger than ${textBytesMax} bytes`, 'check the path in the config')
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
