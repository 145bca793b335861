import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
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
  try {
    const bytes = readFileSync(path)
    const plain = path.endsWith('.gz')
      ? gunzipSync(bytes, { maxOutputLength: fileBytesMax })
      : bytes
    if (plain.length > fileBytesMax) throw new RangeError(`larger than ${fileBytesMax} bytes`)
    return plain.toString('utf8')
  } catch (cause) {
    throw new Fault('FileUnreadable', `cannot read ${path}`, {
      cause,
      remedy: 'check the path, and that the file is text or gzip and readable',
    })
  }
}

/** The error for one line that does not hold what it should. */
export const badLine = (path: string, line: number, problem: string): Fault =>
  new Fault('BadLine', `${path}:${line}: ${problem}`, {
    remedy: 'mend or remove that line; nothing was started',
  })
