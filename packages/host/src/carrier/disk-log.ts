import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { isSealedMessage, limits, parseTopic, topicName, type Topic } from '@interlock/contract'
import { keptCarrier, position, type Carrier, type KeptLog, type ToKeep } from '@interlock/bus'
import type { KeptCarrierOptions, Position } from '@interlock/bus'
import { Fault, instant, parseJson, utf8, type Instant } from '@interlock/kernel'
import { openAppendFile, type AppendFile } from '../append-file.ts'
import { diskFault } from '../disk-fault.ts'
import { systemCalls, type FileCalls } from '../file-calls.ts'
import { ensureDir, removeFile } from '../files.ts'

/** The carrier of one process that keeps its messages in a folder, each on the disk before it is taken. */
export const diskCarrier = (
  folder: string,
  options: Pick<KeptCarrierOptions, 'clock' | 'keptMax'>,
  calls: FileCalls = systemCalls,
): Carrier =>
  keptCarrier({
    ...options,
    openLog: (kind) => openDiskLog(join(folder, kind), calls),
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  })

type Segment = { readonly path: string; bytes: number; last: Instant }
/** Where a message is; the message itself is in no memory. */
type Entry = Omit<ToKeep, 'message'> & {
  readonly segment: Segment
  readonly from: number
  readonly bytes: number
}

export const segmentBytesMax = 16_777_216
const suffix = '.jsonl'

/**
 * Opens the segments of a folder, each named by the position of its first message. What a crash left
 * unfinished at the end was acknowledged to nobody, and is cut off.
 * @throws Fault `CarriedDamaged` when there is anything else that was not written there
 */
export function openDiskLog(folder: string, calls: FileCalls = systemCalls): KeptLog {
  ensureDir(folder)
  const { segments, entries, starts } = readSegments(folder, calls)
  let first = starts[0] ?? 1
  const ids = new Map<string, Position>()
  for (const [i, { id }] of entries.entries()) ids.set(id, position(first + i))
  const readers = new Map<Segment, number>()
  let writing: { readonly segment: Segment; readonly file: AppendFile } | undefined

  /** The segment that grows; a new one when the last has its size. */
  function growing() {
    const last = segments.at(-1)
    if (last !== undefined && last.bytes < segmentBytesMax)
      return (writing ??= { segment: last, file: openAppendFile(last.path, calls) })
    writing?.file.close()
    const segment = { path: pathOf(folder, first + entries.length), bytes: 0, last: instant(0) }
    segments.push(segment)
    return (writing = { segment, file: openAppendFile(segment.path, calls) })
  }

  function entryAt(at: number): Entry {
    const entry = entries[at - first]
    if (entry === undefined) throw new Error(`nothing is kept at ${at}`)
    return entry
  }

  return {
    get first() {
      return first
    },
    get count() {
      return entries.length
    },
    positionOf: (id) => ids.get(id),
    topicAt: (at) => entries[at - first]?.topic,
    append(some) {
      const { segment, file } = growing()
      const lines = some.map(lineOf)
      file.append(Buffer.concat(lines))
      file.sync()
      return some.map(({ topic, id, until }, i) => {
        const at = position(first + entries.length)
        const bytes = lines[i]?.length ?? 0
        entries.push({ topic, id, until, segment, from: segment.bytes, bytes })
        segment.bytes += bytes
        segment.last = instant(Math.max(segment.last, until))
        ids.set(id, at)
        return at
      })
    },
    messageAt(at) {
      const { segment, from, bytes } = entryAt(at)
      const buffer = Buffer.alloc(bytes)
      try {
        const fd = readers.get(segment) ?? openSync(segment.path, 'r')
        readers.set(segment, fd)
        readSync(fd, buffer, 0, bytes, from)
      } catch (cause) {
        throw diskFault(segment.path, cause)
      }
      const line = read(buffer)
      if (line === undefined) throw damaged(segment.path)
      return line.message
    },
    forget(now) {
      let gone = entries.findIndex(({ until }) => until > now)
      if (gone < 0) gone = entries.length
      for (const { id } of entries.splice(0, gone)) ids.delete(id)
      first += gone
      // The last stays even when nothing in it counts: its name and length say where positions are.
      while (segments.length > 1 && (segments[0]?.last ?? now) <= now) {
        const [old] = segments.splice(0, 1)
        if (old === undefined) return
        const fd = readers.get(old)
        if (fd !== undefined) closeSync(fd)
        readers.delete(old)
        removeFile(old.path)
      }
    },
    close() {
      writing?.file.close()
      for (const fd of readers.values()) closeSync(fd)
      readers.clear()
    },
  }
}

const pathOf = (folder: string, start: number): string =>
  join(folder, `${String(start).padStart(16, '0')}${suffix}`)

const lineOf = ({ topic, message, id, until }: ToKeep): Uint8Array =>
  utf8(`${JSON.stringify({ topic: topicName(topic), id, until, message })}\n`)

function readSegments(folder: string, calls: FileCalls) {
  const names = readdirSync(folder).filter((name) => name.endsWith(suffix))
  const starts = names.map((name) => Number.parseInt(name, 10)).toSorted((a, b) => a - b)
  const segments: Segment[] = []
  const entries: Entry[] = []
  for (const start of starts) {
    const segment = { path: pathOf(folder, start), bytes: 0, last: instant(0) }
    if (start !== (starts[0] ?? 1) + entries.length) throw damaged(segment.path)
    segments.push(segment)
    for (const entry of entriesIn(segment, start === starts.at(-1), calls)) entries.push(entry)
  }
  return { segments, entries, starts }
}

function entriesIn(segment: Segment, isLast: boolean, calls: FileCalls): Entry[] {
  const content = readFileSync(segment.path)
  const found: Entry[] = []
  // A topic is there many times, and held once.
  const topics = new Map<string, Topic>()
  while (segment.bytes < content.length) {
    const end = content.indexOf(0x0a, segment.bytes)
    const text = content.subarray(segment.bytes, end < 0 ? content.length : end)
    const line = end < 0 ? undefined : read(text)
    if (line === undefined) {
      // A crash leaves a last line without its end, or zeros where no block was written yet.
      if (!isLast || (end >= 0 && !text.includes(0))) throw damaged(segment.path)
      const file = openAppendFile(segment.path, calls)
      file.cut(segment.bytes)
      file.close()
      break
    }
    const { id, until } = line
    const topic = topics.get(topicName(line.topic)) ?? line.topic
    topics.set(topicName(topic), topic)
    const bytes = end + 1 - segment.bytes
    found.push({ topic, id, until, segment, from: segment.bytes, bytes })
    segment.bytes += bytes
    segment.last = instant(Math.max(segment.last, until))
  }
  return found
}

function read(bytes: Uint8Array): ToKeep | undefined {
  const parsed = parseJson(Buffer.from(bytes).toString('utf8'), limits.jsonDepthMax)
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null) return undefined
  const { topic, id, until, message } = parsed.value as Record<string, unknown>
  const named = typeof topic === 'string' ? parseTopic(topic) : undefined
  if (named === undefined || typeof id !== 'string' || typeof until !== 'number') return undefined
  return isSealedMessage(message) ? { topic: named, id, until: instant(until), message } : undefined
}

const damaged = (path: string): Fault =>
  new Fault('CarriedDamaged', `${path}: not what was written there`, {
    remedy: 'move the file away as evidence; publishers and readers go on with what comes',
  })
