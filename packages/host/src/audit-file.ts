import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { assert, Fault, toBase64Url, utf8, type Clock } from '@interlock/kernel'
import { appendRecord, auditVerifier, checkpointBytes, checkpointKind } from '@interlock/ledger'
import {
  emptyHead,
  type Audit,
  type AuditCheckpoint,
  type AuditHead,
  type AuditRecord,
} from '@interlock/ledger'
import { openAppendFile } from './append-file.ts'
import { diskFault } from './disk-fault.ts'
import { systemCalls, type FileCalls } from './file-calls.ts'
import type { Identity } from './identity.ts'
import { nodeCrypto } from './node-crypto.ts'

export type AuditOptions = {
  readonly path: string
  readonly actor: string
  readonly clock: Clock
  /** Signs checkpoints; without it the trail has none. A function where it may come, or change, later. */
  readonly identity?: Signer | (() => Signer | undefined)
  /** Writes a checkpoint by itself after so many records. */
  readonly checkpointEvery?: number
}

type Signer = Pick<Identity, 'key' | 'chainPem'>

/** How much of an existing trail is verified before it is continued. */
const tailBytesMax = 1_048_576

/**
 * Opens an actor's audit trail, or starts one: one canonical JSON record a line, hash-chained.
 * @throws Fault `AuditDamaged` when the end of an existing trail does not verify, or a disk Fault.
 */
export function openAudit(options: AuditOptions, calls: FileCalls = systemCalls): Audit {
  const { path, actor, clock, checkpointEvery = Number.POSITIVE_INFINITY } = options
  const signer = (): Signer | undefined =>
    typeof options.identity === 'function' ? options.identity() : options.identity
  const tail = readTail(path)
  const file = openAppendFile(path, calls)
  let head = tail.head
  let sinceCheckpoint = 0
  let open = true
  let listener: (checkpoint: AuditCheckpoint) => void = () => {}

  const write = (kind: string, data: Readonly<Record<string, unknown>>): AuditRecord => {
    const next = appendRecord(head, { at: clock.now(), actor, kind, data }, nodeCrypto)
    file.append(utf8(`${next.line}\n`))
    head = next.head
    sinceCheckpoint++
    return next.record
  }
  const checkpoint = () => {
    const identity = signer()
    assert(identity !== undefined, 'a checkpoint needs an identity to sign it')
    const at = Math.max(clock.now(), head.at)
    const covered = { actor, seq: head.seq, hash: head.hash, at }
    const signature = toBase64Url(nodeCrypto.sign(identity.key, checkpointBytes(covered)))
    const signed = { signature, certificate: identity.chainPem }
    const next = appendRecord(head, { at, actor, kind: checkpointKind, data: signed }, nodeCrypto)
    file.append(utf8(`${next.line}\n`))
    file.sync()
    head = next.head
    sinceCheckpoint = 0
    const made = { ...covered, ...signed }
    listener(made)
    return made
  }
  const record = (kind: string, data: Readonly<Record<string, unknown>>): AuditRecord => {
    if (sinceCheckpoint >= checkpointEvery && signer() !== undefined) checkpoint()
    return write(kind, data)
  }

  if (tail.tornBytes > 0) {
    file.cut(tail.bytes - tail.tornBytes)
    write('TornTailDropped', { bytes: tail.tornBytes })
  }

  return {
    record,
    critical(kind, data) {
      const written = record(kind, data)
      file.sync()
      return written
    },
    checkpoint,
    onCheckpoint(next) {
      listener = next
    },
    head: () => head,
    close() {
      if (!open) return
      open = false
      try {
        if (sinceCheckpoint > 0 && signer() !== undefined) checkpoint()
        else file.sync()
      } catch (error) {
        // The records themselves are there; that their last checkpoint is missing shows.
        if (!(error instanceof Fault)) throw error
      } finally {
        file.close()
      }
    },
  }
}

type Tail = { readonly head: AuditHead; readonly bytes: number; readonly tornBytes: number }

/** Verifies the last stretch of a trail and says where it ends. */
function readTail(path: string): Tail {
  if (!existsSync(path)) return { head: emptyHead, bytes: 0, tornBytes: 0 }
  const { bytes, chunk } = readEnd(path)
  const whole = chunk.length === bytes
  const start = whole ? 0 : chunk.indexOf(0x0a) + 1
  const end = tornFrom(chunk, start)
  const verifier = auditVerifier({ crypto: nodeCrypto, from: whole ? 'start' : 'tail' })
  const text = chunk.subarray(start, end).toString('utf8')
  for (const line of text.split('\n').slice(0, -1)) verifier.accept(line)
  const { head, problem } = verifier.finish(false)
  if (problem !== undefined)
    throw new Fault('AuditDamaged', `${path}: the end of the audit trail is ${problem.reason}`, {
      remedy:
        'keep the file as evidence, find out who changed it, and start with a new data folder',
    })
  return { head, bytes, tornBytes: chunk.length - end }
}

/** Where a last line begins that a crash cut short (or left without some of its blocks). */
function tornFrom(chunk: Buffer, start: number): number {
  const end = chunk.lastIndexOf(0x0a) + 1
  if (end < chunk.length) return Math.max(end, start)
  const lastLine = end < 2 ? start : chunk.lastIndexOf(0x0a, end - 2) + 1
  return chunk.subarray(lastLine).includes(0) ? Math.max(lastLine, start) : end
}

function readEnd(path: string): { bytes: number; chunk: Buffer } {
  try {
    const fd = openSync(path, 'r')
    try {
      const bytes = fstatSync(fd).size
      const chunk = Buffer.alloc(Math.min(bytes, tailBytesMax))
      for (let at = 0; at < chunk.length;) {
        const count = readSync(fd, chunk, at, chunk.length - at, bytes - chunk.length + at)
        if (count === 0) break
        at += count
      }
      return { bytes, chunk }
    } finally {
      closeSync(fd)
    }
  } catch (cause) {
    throw diskFault(path, cause)
  }
}
