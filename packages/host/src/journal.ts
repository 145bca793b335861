import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { Fault, utf8 } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { openAppendFile } from './append-file.ts'
import { diskFault } from './disk-fault.ts'
import { systemCalls, type FileCalls } from './file-calls.ts'
import { writeAtomic } from './files.ts'

/**
 * Opens a device's journal, or starts one. A line is `mark JSON`, where the mark chains it to the line
 * before. A last line that a crash cut short was never acted on and is dropped.
 * @throws Fault `JournalDamaged` for any other difference from what was written.
 */
export function openJournal(path: string, calls: FileCalls = systemCalls): Journal {
  const read = readJournal(path)
  let { mark, bytes } = read
  let whole = 0
  let appended = read.entries.length
  let file = openAppendFile(path, calls)
  if (read.torn) file.cut(read.bytes)

  return {
    entries: () => readJournal(path, bytes).entries,
    append(entry) {
      const line = lineAfter(mark, entry)
      const written = utf8(line.text)
      file.append(written)
      file.sync()
      mark = line.mark
      bytes += written.length
      appended += 1
    },
    get isLong() {
      const { entriesMax, bytesMax } = journalLimits
      return appended >= entriesMax || bytes - whole >= Math.max(bytesMax, whole)
    },
    rewrite(kept) {
      let draft = ''
      let next = firstMark
      for (const entry of kept) {
        const line = lineAfter(next, entry)
        draft += line.text
        next = line.mark
      }
      writeAtomic(path, draft, 0o600, calls)
      file.close()
      file = openAppendFile(path, calls)
      mark = next
      whole = bytes = Buffer.byteLength(draft)
      appended = 0
    },
    close: () => file.close(),
  }
}

/**
 * What a journal holds, which whoever writes it may have open: nothing is changed.
 * @throws Fault `JournalDamaged`, and for what cannot be read
 */
export const journalEntries = (path: string): readonly unknown[] => readJournal(path).entries

/**
 * What is appended before a journal is long. What is written anew may be larger than these bytes; then
 * as much again is appended, so that no more is written anew than was appended.
 */
export const journalLimits = { entriesMax: 2_000, bytesMax: 1_048_576 } as const

const firstMark = 'interlock-journal-1'
const markLength = 16

type Line = { readonly mark: string; readonly text: string }

function lineAfter(mark: string, entry: unknown): Line {
  const json = JSON.stringify(entry)
  const next = markOf(mark, json)
  return { mark: next, text: `${next} ${json}\n` }
}

const markOf = (mark: string, json: string): string =>
  createHash('sha256').update(mark).update(json).digest('hex').slice(0, markLength)

type Read = { entries: unknown[]; mark: string; bytes: number; torn: boolean }

function readJournal(path: string, bytesMax = Infinity): Read {
  const content = contentOf(path).subarray(0, bytesMax)
  const read: Read = { entries: [], mark: firstMark, bytes: 0, torn: false }
  for (let number = 1; read.bytes < content.length; number++) {
    const end = content.indexOf(0x0a, read.bytes)
    const last = end === -1 || end === content.length - 1
    const line = content.subarray(read.bytes, end === -1 ? content.length : end)
    // A crash leaves a last line without its end, or with zeros where no block was written yet.
    if (last && (end === -1 || line.includes(0))) return { ...read, torn: true }
    const text = line.toString('utf8')
    const json = text.slice(markLength + 1)
    const mark = markOf(read.mark, json)
    if (text !== `${mark} ${json}`) throw damaged(path, number)
    read.entries.push(JSON.parse(json))
    read.mark = mark
    read.bytes = end + 1
  }
  return read
}

function contentOf(path: string): Buffer {
  try {
    return existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  } catch (cause) {
    throw diskFault(path, cause)
  }
}

const damaged = (path: string, line: number): Fault =>
  new Fault('JournalDamaged', `${path}: line ${line} is not what was written`, {
    remedy: 'keep the file as evidence, and commission the device again with an empty data folder',
  })
