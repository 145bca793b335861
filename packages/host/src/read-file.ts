import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { Fault } from '@interlock/kernel'

const textBytesMax = 4_194_304
const chunkBytes = 262_144
/** For all who name files: a config, or a person at the command line. */
const namedWrongly = 'check the path, and that the file is there and readable'

/**
 * What a file holds, by what is read and not by what it says of its size: a device has no size, and no end.
 * @returns `undefined` where it is more than `bytesMax` @throws what the system says of a file that cannot be read
 */
export function readAtMost(path: string, bytesMax: number): Buffer | undefined {
  const file = openSync(path, 'r')
  try {
    const chunks: Buffer[] = []
    for (let total = 0; total <= bytesMax;) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, bytesMax + 1 - total))
      const count = readSync(file, chunk)
      if (count === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, count))
      total += count
    }
    return undefined
  } finally {
    closeSync(file)
  }
}

/**
 * Reads a small text file, such as a certificate.
 * @throws Fault `FileUnreadable`, naming the file.
 */
export function readText(path: string): string {
  try {
    const bytes = readAtMost(path, textBytesMax)
    if (bytes !== undefined) return bytes.toString('utf8')
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
