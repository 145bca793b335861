import { topicName, type Topic } from '@interlock/contract'
import { removeFile } from '@interlock/host'
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
  /** Takes all of a topic off the disk: there is no ground any more to have what it proves. */
  drop(topic: Topic): void
  close(): void
}

/** About a kilobyte each. */
export const proofsMax = 20_000
const leftoversMax = 16
/** Proofs of one file: as many are in memory at once, while files change. */
export const proofsOfFileMax = 10_000

/** Where they are: what comes is appended to the journal, and goes from there to files of their own, numbered from 1. */
export type ProofFiles = {
  readonly journal: Journal
  /** One that is full; made where there is none. */
  readonly full: (number: number) => Journal
  readonly remove: (number: number) => void
}
/** The files that are full, the oldest first; the journal says so before its proofs. */
type Full = { readonly full: readonly { readonly number: number; readonly count: number }[] }

const fullOf = (entries: readonly unknown[]): Full['full'] =>
  (entries as readonly (Proof | Full)[]).flatMap((each) => ('full' in each ? each.full : []))
const proofsIn = (entries: readonly unknown[]): readonly Proof[] =>
  (entries as readonly (Proof | Full)[]).filter((each): each is Proof => !('full' in each))

const sum = (files: Full['full']): number => files.reduce((all, { count }) => all + count, 0)

/** In that data folder. */
export const proofFiles = (data: string, openJournal: (path: string) => Journal): ProofFiles => ({
  journal: openJournal(`${data}/proofs.journal`),
  full: (number) => openJournal(`${data}/${fileOf(number)}`),
  remove: (number) => removeFile(`${data}/${fileOf(number)}`),
})
const fileOf = (number: number): string => `proofs-${number}.journal`

/** All that are kept, a file at a time: the newest file first. @param read the entries of a file of that data folder */
export function* keptProofs(
  read: (file: string) => readonly unknown[],
): Generator<readonly Proof[]> {
  const entries = read('proofs.journal')
  yield proofsIn(entries)
  for (const { number } of fullOf(entries).toReversed()) yield proofsIn(read(fileOf(number)))
}

/**
 * @param days for how many days before now they are kept
 * @param max how many; beyond them the oldest go
 */
export function openProofs(
  { journal, full: openFull, remove }: ProofFiles,
  options: {
    readonly days: number
    readonly max?: number
    readonly ofFileMax?: number
    readonly clock: Pick<Clock, 'now'>
  },
): Proofs {
  const { days, max = proofsMax, ofFileMax = proofsOfFileMax, clock } = options
  const held = journal.entries()
  let full = fullOf(held)
  let count = proofsIn(held).length
  const young = (proofs: readonly Proof[]): readonly Proof[] => {
    const oldest = clock.now() - inHours(24 * days)
    return proofs.filter(({ at }) => at >= oldest)
  }
  function rewrite(proofs: readonly Proof[]): void {
    journal.rewrite(full.length === 0 ? [...proofs] : [{ full } satisfies Full, ...proofs])
    count = proofs.length
  }
  /** A file of it, whole before it is spoken of. */
  function write(number: number, proofs: readonly Proof[]): void {
    const file = openFull(number)
    try {
      file.rewrite(proofs)
    } finally {
      file.close()
    }
  }
  function proofsOf(number: number): readonly Proof[] {
    const file = openFull(number)
    try {
      return proofsIn(file.entries())
    } finally {
      file.close()
    }
  }
  /** What has come goes to a file of its own; the oldest files go, while the others have enough. */
  function roll(): void {
    const proofs = young(proofsIn(journal.entries()))
    const number = (full.at(-1)?.number ?? 0) + 1
    write(number, proofs)
    const kept = [...full, { number, count: proofs.length }]
    let gone = 0
    while (sum(kept.slice(gone + 1)) >= max) gone++
    full = kept.slice(gone)
    rewrite([])
    for (const each of kept.slice(0, gone)) remove(each.number)
  }

  return {
    keep({ head, topic, disclosure }) {
      if (disclosure === undefined) return
      const { author, seq, iat } = head
      const entry: Proof = { topic: topicName(topic), author, seq, at: iat, disclosure }
      journal.append(entry)
      count++
      if (count >= Math.min(ofFileMax, max)) roll()
    },
    forget() {
      const kept = young(proofsIn(journal.entries()))
      let isChanged = kept.length < count
      const left: { readonly number: number; readonly count: number }[] = []
      // The oldest first, to the first that has something and nothing too old.
      let isOld = true
      const gone: number[] = []
      for (const each of full) {
        const proofs: readonly Proof[] = isOld ? proofsOf(each.number) : []
        const still: readonly Proof[] = young(proofs)
        isOld &&= proofs.length === 0 || still.length < proofs.length
        if (!isOld) left.push(each)
        else if (still.length === 0) gone.push(each.number)
        else {
          write(each.number, still)
          left.push({ number: each.number, count: still.length })
        }
        isChanged ||= isOld
      }
      full = left
      if (isChanged) rewrite(kept)
      for (const number of gone) remove(number)
      // And what an end before their removal has left.
      const first = full[0]?.number ?? 0
      for (let each = Math.max(1, first - leftoversMax); each < first; each++) remove(each)
    },
    drop(topic) {
      const others = (proofs: readonly Proof[]): readonly Proof[] =>
        proofs.filter((each) => each.topic !== topicName(topic))
      const left = full.map(({ number, count: was }) => {
        const kept = others(proofsOf(number))
        if (kept.length < was) write(number, kept)
        return { number, count: kept.length }
      })
      full = left.filter((each) => each.count > 0)
      rewrite(others(proofsIn(journal.entries())))
      for (const each of left) if (each.count === 0) remove(each.number)
    },
    close: () => journal.close(),
  }
}

/** As {@link openProofs}, and forgets each day what is too old. @param label of its timer */
export function keepProofs(
  files: ProofFiles,
  {
    label,
    ...options
  }: {
    readonly days: number
    readonly max?: number
    readonly clock: Clock
    readonly label: string
  },
): Pick<Proofs, 'keep' | 'drop' | 'close'> {
  const { clock } = options
  const proofs = openProofs(files, options)
  const daily = forgetDaily(clock, label, () => proofs.forget())
  return {
    keep: (message) => proofs.keep(message),
    drop: (topic) => proofs.drop(topic),
    close() {
      daily.close()
      proofs.close()
    },
  }
}

/** The proof of one message, of those that a reader has kept: the newest where authors share a number. */
export const proofOf = (proofs: readonly Proof[], topic: Topic, seq: number): Proof | undefined =>
  proofs.findLast((each) => each.topic === topicName(topic) && each.seq === seq)
