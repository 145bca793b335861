import { topicName, type Topic } from '@interlock/contract'
import { inHours, type Clock } from '@interlock/kernel'
import type { Disclosure, Opened } from '@interlock/seal'
import type { Journal } from '@interlock/store'
import { forgetDaily } from './forget-daily.ts'

/** What proves one message that a reader took to whoever has its author's certificate. */
export type Proof = {
  readonly topic: string
  readonly author: string
  readonly seq: number
  /** When its author sealed it, ms since 1970. */
  readonly at: number
  readonly disclosure: Disclosure
}

/** Proofs of what a reader took: on the disk alone, the newest of them, and no longer than what they prove. */
export type Proofs = {
  /** Keeps nothing of a message that its author has not signed: that can be proved to nobody. */
  keep(message: Pick<Opened, 'head' | 'topic' | 'disclosure'>): void
  /** Takes off the disk what is too old to be kept. */
  forget(): void
  close(): void
}

/** About a kilobyte each. */
export const proofsMax = 20_000

/**
 * @param days for how many days before now they are kept
 * @param max how many; beyond them the oldest go
 */
export function openProofs(
  journal: Journal,
  options: {
    readonly days: number
    readonly max?: number
    readonly clock: Pick<Clock, 'now'>
  },
): Proofs {
  const { days, max = proofsMax, clock } = options
  const all = (): readonly Proof[] => journal.entries() as readonly Proof[]
  const young = (proofs: readonly Proof[]): readonly Proof[] => {
    const oldest = clock.now() - inHours(24 * days)
    return proofs.filter(({ at }) => at >= oldest).slice(-max)
  }

  return {
    keep({ head, topic, disclosure }) {
      if (disclosure === undefined) return
      const { author, seq, iat } = head
      const entry: Proof = { topic: topicName(topic), author, seq, at: iat, disclosure }
      journal.append(entry)
      if (journal.isLong) journal.rewrite([...young(all())])
    },
    forget() {
      const held = all()
      const kept = young(held)
      if (kept.length < held.length) journal.rewrite([...kept])
    },
    close: () => journal.close(),
  }
}

/** As {@link openProofs}, and forgets each day what is too old. @param label of its timer */
export function keepProofs(
  journal: Journal,
  { days, clock, label }: { readonly days: number; readonly clock: Clock; readonly label: string },
): Pick<Proofs, 'keep' | 'close'> {
  const proofs = openProofs(journal, { days, clock })
  const daily = forgetDaily(clock, label, () => proofs.forget())
  return {
    keep: (message) => proofs.keep(message),
    close() {
      daily.close()
      proofs.close()
    },
  }
}

/** The proof of one message, of those that a reader has kept: the newest where authors share a number. */
export const proofOf = (proofs: readonly Proof[], topic: Topic, seq: number): Proof | undefined =>
  proofs.findLast((each) => each.topic === topicName(topic) && each.seq === seq)
