import { canonicalJson, toHex, utf8, type Crypto } from '@interlock/kernel'

/** One thing an actor did or saw. `hash` covers all the other fields, `prev` the whole past. */
export type AuditRecord = {
  /** From 1, without gaps. */
  readonly seq: number
  /** World time, ms since 1970; never before the record in front of it. */
  readonly at: number
  readonly actor: string
  readonly kind: string
  readonly data: Readonly<Record<string, unknown>>
  /** `hash` of the record before. */
  readonly prev: string
  /** SHA-256, hex, over the canonical JSON of the fields above. */
  readonly hash: string
}

/** Where a chain ends. */
export type AuditHead = { readonly seq: number; readonly hash: string; readonly at: number }

export const emptyHead: AuditHead = { seq: 0, hash: '0'.repeat(64), at: 0 }

/** A signed statement that the chain of `actor` reached `seq` with `hash`; a witness keeps it. */
export type AuditCheckpoint = {
  readonly actor: string
  readonly seq: number
  readonly hash: string
  readonly at: number
  /** ES256 over {@link checkpointBytes}, base64url. */
  readonly signature: string
  /** The signer's certificates, PEM, leaf first. */
  readonly certificate: string
}

/** Kind of the record that carries a checkpoint of everything before it. */
export const checkpointKind = 'Checkpoint'

/** An actor's audit trail. All of it throws a Fault when the record cannot be written. */
export type Audit = {
  record(kind: string, data: Readonly<Record<string, unknown>>): AuditRecord
  /** For what must not happen unrecorded: on the disk before it returns. */
  critical(kind: string, data: Readonly<Record<string, unknown>>): AuditRecord
  checkpoint(): AuditCheckpoint
  /** Whom to tell of each checkpoint once it is on the disk; one listener, for whoever has it witnessed. */
  onCheckpoint(listener: (checkpoint: AuditCheckpoint) => void): void
  head(): AuditHead
  close(): void
}

type Entry = Pick<AuditRecord, 'at' | 'actor' | 'kind' | 'data'>
type Appended = { readonly record: AuditRecord; readonly head: AuditHead; readonly line: string }

/** The record that follows `head`, the head after it, and the line to write (without its end). */
export function appendRecord(
  head: AuditHead,
  entry: Entry,
  crypto: Pick<Crypto, 'sha256'>,
): Appended {
  // A clock set back would look like a forger's back-dating; the order of records is what counts.
  const at = Math.max(entry.at, head.at)
  const body = { ...entry, at, seq: head.seq + 1, prev: head.hash }
  // Through JSON and back, so that what the caller holds is what a reader will see.
  const snapshot = JSON.parse(canonicalJson(body)) as typeof body
  const record = { ...snapshot, hash: hashOf(snapshot, crypto) }
  return { record, head: headOf(record), line: canonicalJson(record) }
}

export const headOf = ({ seq, hash, at }: AuditRecord): AuditHead => ({ seq, hash, at })

export const hashOf = (body: object, crypto: Pick<Crypto, 'sha256'>): string =>
  toHex(crypto.sha256(utf8(canonicalJson(body))))

/** What a checkpoint's signature covers. */
export const checkpointBytes = ({
  actor,
  seq,
  hash,
  at,
}: Omit<AuditCheckpoint, 'signature' | 'certificate'>): Uint8Array =>
  utf8(`interlock audit checkpoint\n${canonicalJson({ actor, seq, hash, at })}`)
