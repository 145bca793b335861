import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { utf8 } from '@interlock/kernel'

/** What is looked for, with each form in which somebody could have kept it. */
export type Needle = { readonly name: string; readonly forms: readonly Buffer[] }

/** A text or bytes as they are, a text in UTF-16, both in hex, and inside of base64 at each of its three places. */
export function needleOf(name: string, what: string | Uint8Array): Needle {
  const plain = Buffer.from(typeof what === 'string' ? utf8(what) : what)
  const inBase64 = [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), plain]).toString('base64')
    // Of the first and the last group the neighbours decide as well.
    const core = padded.slice(offset === 0 ? 0 : 4, padded.length - 4)
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')].map((each) => Buffer.from(each))
  })
  const hex = Buffer.from(plain.toString('hex'))
  const wide = typeof what === 'string' ? [Buffer.from(what, 'utf16le')] : []
  return { name, forms: [plain, ...wide, hex, ...inBase64] }
}

/** Names of the needles that occur in some bytes. */
export const foundIn = (bytes: Buffer, needles: readonly Needle[]): readonly string[] =>
  needles.filter(({ forms }) => forms.some((form) => bytes.includes(form))).map(({ name }) => name)

const chunkBytes = 16_777_216

/** The memory that a process of this machine may write, as it is now. */
export function* memoryOf(pid: number): Generator<Buffer> {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
  const fd = openSync(`/proc/${pid}/mem`, 'r')
  try {
    for (const line of maps) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
      if (from === undefined || to === undefined) continue
      const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)]
      for (let at = start; at < end; at += chunkBytes) {
        const buffer = Buffer.alloc(Math.min(chunkBytes + 4_096, end - at))
        try {
          const read = readSync(fd, buffer, 0, buffer.length, at)
          yield buffer.subarray(0, read)
        } catch {
          // A region that is reserved and not there.
        }
      }
    }
  } finally {
    closeSync(fd)
  }
}

export function* filesOf(folder: string): Generator<Buffer> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) yield readFileSync(join(entry.parentPath, entry.name))
}

/** Names of the needles in any of the parts, and how many bytes were searched. */
export function search(parts: Iterable<Buffer>, needles: readonly Needle[]) {
  const found = new Set<string>()
  let bytes = 0
  for (const part of parts) {
    bytes += part.length
    for (const name of foundIn(part, needles)) found.add(name)
  }
  return { found: [...found].toSorted(), bytes }
}
