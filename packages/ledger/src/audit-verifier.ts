import { canonicalJson, type Crypto } from '@interlock/kernel'
import { checkpointKind, emptyHead, hashOf, headOf } from './audit.ts'
import type { AuditCheckpoint, AuditHead, AuditRecord } from './audit.ts'

/** What can be wrong with an audit trail, in words that complete "line n: …". */
export const auditProblems = {
  Malformed: 'this is not an audit record',
  Edited: 'the record is not the one that was written',
  Deleted: 'one or more records before this one are missing',
  Reordered: 'the record is out of its place',
  BackDated: 'the record is dated before the one in front of it',
  CheckpointInvalid: "the checkpoint's signature does not verify",
  Rewritten: 'the trail is not the one that was witnessed',
  Unwitnessed: 'no witness knows this trail',
  Truncated: 'the trail ends before the last record that was witnessed',
} as const
export type AuditProblemReason = keyof typeof auditProblems
export type AuditProblem = { readonly line: number; readonly reason: AuditProblemReason }

export type AuditReport = {
  readonly records: number
  readonly checkpoints: number
  readonly head: AuditHead
  /** Whose trail the first record says it is; absent where there is none. */
  readonly actor?: string
  /** A crash cut the last line short; the actor drops it when it starts again. */
  readonly torn: boolean
  /** The first thing wrong; absent when the trail verifies. */
  readonly problem?: AuditProblem
}

export type AuditVerifierOptions = {
  readonly crypto: Pick<Crypto, 'sha256'>
  /** Whether the checkpoint is signed by one who may; without it signatures are not looked at. */
  readonly trustsCheckpoint?: (checkpoint: AuditCheckpoint) => boolean
  /** Heads that someone else has kept. */
  readonly witnessed?: readonly Pick<AuditHead, 'seq' | 'hash'>[]
  /** `tail` accepts lines from the middle of a trail: the first line's own past is believed. */
  readonly from?: 'start' | 'tail'
}

export type AuditVerifier = {
  /** Takes the next line, without its end. */
  accept(line: string): void
  finish(torn: boolean): AuditReport
}

/** Verifies a trail line by line, in constant memory. */
export function auditVerifier(options: AuditVerifierOptions): AuditVerifier {
  let head: AuditHead | undefined = options.from === 'tail' ? undefined : emptyHead
  let lines = 0
  let records = 0
  let checkpoints = 0
  let problem: AuditProblem | undefined
  let missing: number | undefined
  let actor: string | undefined

  const check = (line: string): AuditProblemReason | undefined => {
    const record = parseRecord(line)
    if (record === undefined) return 'Malformed'
    const before = head ?? { seq: record.seq - 1, hash: record.prev, at: record.at }
    const reason = checkRecord(line, record, before, options)
    if (reason === 'Deleted') missing = before.seq + 1
    if (reason !== undefined) return reason
    actor ??= record.actor
    if (record.kind === checkpointKind) checkpoints++
    records++
    head = headOf(record)
    return undefined
  }

  return {
    accept(line) {
      lines++
      if (problem === undefined) {
        const reason = check(line)
        if (reason !== undefined) problem = { line: lines, reason }
      } else if (problem.reason === 'Deleted' && parseRecord(line)?.seq === missing) {
        // What seemed to be missing comes later.
        problem = { ...problem, reason: 'Reordered' }
      }
    },
    finish(torn) {
      const end = head ?? emptyHead
      if (problem === undefined && options.witnessed?.some(({ seq }) => seq > end.seq))
        problem = { line: lines + 1, reason: 'Truncated' }
      const named = actor === undefined ? {} : { actor }
      return { records, checkpoints, head: end, torn, ...named, ...(problem && { problem }) }
    },
  }
}

/** The same for lines at hand. */
export function verifyChain(lines: Iterable<string>, options: AuditVerifierOptions): AuditReport {
  const verifier = auditVerifier(options)
  for (const line of lines) verifier.accept(line)
  return verifier.finish(false)
}

function checkRecord(
  line: string,
  record: AuditRecord,
  before: AuditHead,
  options: AuditVerifierOptions,
): AuditProblemReason | undefined {
  const { hash, ...body } = record
  // The hash comes first: nothing an edited record says about its place means anything.
  const edited = hash !== hashOf(body, options.crypto) || line !== canonicalJson(record)
  if (edited) return record.at < before.at ? 'BackDated' : 'Edited'
  if (record.seq > before.seq + 1) return 'Deleted'
  if (record.seq <= before.seq) return 'Reordered'
  if (record.at < before.at) return 'BackDated'
  if (record.prev !== before.hash) return 'Edited'
  const witnessed = options.witnessed?.filter(({ seq }) => seq === record.seq)
  if (witnessed?.some((witness) => witness.hash !== hash)) return 'Rewritten'
  return record.kind === checkpointKind ? checkCheckpoint(record, options) : undefined
}

function checkCheckpoint(
  record: AuditRecord,
  { trustsCheckpoint }: AuditVerifierOptions,
): AuditProblemReason | undefined {
  const { signature, certificate } = record.data
  if (typeof signature !== 'string' || typeof certificate !== 'string') return 'CheckpointInvalid'
  const { actor, at } = record
  const covered = { actor, at, seq: record.seq - 1, hash: record.prev }
  const trusted = trustsCheckpoint?.({ ...covered, signature, certificate }) ?? true
  return trusted ? undefined : 'CheckpointInvalid'
}

function parseRecord(line: string): AuditRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  return isRecord(value) ? value : undefined
}

function isRecord(value: unknown): value is AuditRecord {
  if (typeof value !== 'object' || value === null) return false
  const { seq, at, actor, kind, data, prev, hash } = value as Partial<AuditRecord>
  return (
    Object.keys(value).length === 7 &&
    Number.isSafeInteger(seq) &&
    Number.isFinite(at) &&
    [actor, kind, prev, hash].every((text) => typeof text === 'string') &&
    typeof data === 'object' &&
    data !== null
  )
}
