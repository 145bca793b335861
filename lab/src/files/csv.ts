import { gunzipSync } from 'node:zlib'
import { readAtMost } from '@interlock/host'
import { Fault } from '@interlock/kernel'

export type Line = { readonly number: number; readonly cells: readonly string[] }

const fileBytesMax = 64 * 1024 * 1024
const lineLengthMax = 4_096

/**
 * The lines of a CSV file, without comments (`#`) and blank lines; `.gz` is unpacked.
 *
 * @throws Fault FileUnreadable
 */
export function readCsv(path: string, separator = ','): readonly Line[] {
  return readText(path)
    .split('\n')
    .map((text, index) => ({ text: text.replace(/\r$/, ''), number: index + 1 }))
    .filter(({ text }) => text.trim() !== '' && !text.startsWith('#'))
    .map(({ text, number }) => {
      if (text.length > lineLengthMax) throw badLine(path, number, 'the line is too long')
      return { number, cells: text.split(separator).map((cell) => cell.replace(/^"|"$/g, '')) }
    })
}

/** A text, of `.gz` what is packed in it. @throws Fault FileUnreadable */
export function readText(path: string): string {
  const plain = unpacked(path, read(path))
  if (plain.length > fileBytesMax) throw tooLarge(path)
  return plain.toString('utf8')
}

function read(path: string): Buffer {
  let bytes: Buffer | undefined
  try {
    bytes = readAtMost(path, fileBytesMax)
  } catch (cause) {
    throw unreadable(
      `cannot read ${path}`,
      'check the path, and that it is a file that you may read',
      cause,
    )
  }
  if (bytes === undefined) throw tooLarge(path)
  return bytes
}

function unpacked(path: string, bytes: Buffer): Buffer {
  if (!path.endsWith('.gz')) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: fileBytesMax })
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(path, cause)
    throw unreadable(`${path} is no whole gzip file`, 'pack it again, or give it unpacked', cause)
  }
}

const unreadable = (words: string, remedy: string, cause?: unknown): Fault =>
  new Fault('FileUnreadable', words, { cause, remedy })
const tooLarge = (path: string, cause?: unknown): Fault =>
  unreadable(
    `${path} is larger than ${fileBytesMax / 1024 / 1024} MiB unpacked`,
    'give a part of it',
    cause,
  )

/** The error for one line that does not hold what it should. */
export const badLine = (path: string, line: number, problem: string): Fault =>
  new Fault('BadLine', `${path}:${line}: ${problem}`, {
    remedy: 'mend or remove that line; nothing was started',
  })
