import { limits, type SealHead, type SealRefusal } from '@interlock/contract'
import { instant, ok, refused, type Instant, type Millis, type Outcome } from '@interlock/kernel'

/** Sequences from `from` to `to`, both included. */
export type Run = { readonly from: number; readonly to: number }

/** How far a reader has followed one author on one topic; plain data, to be kept. */
export type Followed = {
  readonly last: number
  readonly epoch: number
  /** Not received, oldest first; at most `sealGapsMax` runs. */
  readonly missing: readonly Run[]
  /** The first that this reader was brought, where it joined in between: of what is missing before no gap was told. */
  readonly began?: number
  /** When its last message was sealed, by its own clock: one that is delayed does not count as said now. */
  readonly saidAt: Instant
}

/** What a reader finds about the order of a message that it may take all the same. */
export type OrderFinding =
  { readonly reason: 'SealGap'; readonly missing: Run } | { readonly reason: 'SealReordered' }

export type FollowStep = { readonly followed: Followed; readonly finding?: OrderFinding }

/**
 * Before the first message: `last` is where the author was when this reader joined, 0 at its start. Whatever was
 * before may still come, out of its order: a carrier may bring the second first.
 */
export const followFrom = (last: number, now: Instant): Followed => ({
  last,
  epoch: 0,
  missing: last > 0 ? [{ from: 1, to: last }] : [],
  ...(last > 0 && { began: last + 1 }),
  saidAt: now,
})

/**
 * Places an opened message in its author's sequence. Each is taken once: what a transport delivers
 * again is `SealRepeated`; what was sealed after its last, under a number that has been, is `SealReused`: no carrier
 * can make that, but an author whose outbox was restored from an old copy. A gap is told when it appears, and ends when what was missing comes late;
 * whether to wait for it, and ask for a replay, is the reader's matter.
 */
export function follow(
  followed: Followed,
  { seq, iat, epoch = 0 }: Pick<SealHead, 'seq' | 'iat' | 'epoch'>,
): Outcome<FollowStep, SealRefusal> {
  if (seq <= followed.last) return late(followed, seq, instant(iat))
  if (epoch < followed.epoch) return refused('SealEpochBack', `${epoch} after ${followed.epoch}`)
  const next = { ...followed, last: seq, epoch, saidAt: instant(iat) }
  if (seq === followed.last + 1) return ok({ followed: next })
  const missing = { from: followed.last + 1, to: seq - 1 }
  const runs = [...followed.missing, missing].slice(-limits.sealGapsMax)
  return ok({
    followed: { ...next, missing: runs },
    finding: { reason: 'SealGap', missing },
  })
}

function late(followed: Followed, seq: number, at: Instant): Outcome<FollowStep, SealRefusal> {
  const run = followed.missing.find(({ from, to }) => from <= seq && seq <= to)
  const isReused = seq < (followed.began ?? 0) && at > followed.saidAt
  if (run === undefined || isReused)
    return refused(at > followed.saidAt ? 'SealReused' : 'SealRepeated', `${seq}`)
  const rest = [
    { from: run.from, to: seq - 1 },
    { from: seq + 1, to: run.to },
  ].filter(({ from, to }) => from <= to)
  const missing = followed.missing.flatMap((each) => (each === run ? rest : [each]))
  return ok({
    followed: { ...followed, missing: missing.slice(-limits.sealGapsMax) },
    finding: { reason: 'SealReordered' },
  })
}

/**
 * Whether an author that must speak every `silence` has been kept from it: what is withheld at the
 * end of a sequence leaves no gap, only silence.
 */
export const isSilent = ({ saidAt }: Followed, silence: Millis, now: Instant): boolean =>
  now - saidAt > silence
