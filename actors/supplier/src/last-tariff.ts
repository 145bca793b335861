import type { Eui64, Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import type { Offer } from './tariff.ts'

/** A tariff, and when the data company is to send it; absent: at once. */
export type Dated = { readonly offer: Offer; readonly executeAt?: Instant | undefined }

/** What was published last, and which meters have taken it: what the others are owed outlives a restart. */
export type LastTariff = {
  /**
   * Another takes its place, which no meter has; on the disk before it returns.
   * @param file digest of the file that said it; without one that of the last file stays known
   */
  begin(dated: Dated, file: string | undefined): void
  /** This meter has it; on the disk before it returns. */
  taken(meter: Eui64): void
  readonly offered: Dated | undefined
  /** Which of these do not have it, and what that is; `undefined` where nothing is owed. */
  owed(meters: readonly Eui64[]): (Dated & { readonly meters: readonly Eui64[] }) | undefined
  /** Digest of the file that was published last, if one was. */
  readonly file: string | undefined
  close(): void
}

type Entry =
  | ({ readonly kind: 'offered'; readonly file?: string | undefined } & Dated)
  | { readonly kind: 'taken'; readonly meters: readonly Eui64[] }

export function openLastTariff(journal: Journal): LastTariff {
  let last: Dated | undefined
  let file: string | undefined
  const taken = new Set<Eui64>()
  const apply = (entry: Entry): void => {
    if (entry.kind === 'taken') return entry.meters.forEach((meter) => void taken.add(meter))
    const { offer, executeAt } = entry
    last = { offer, executeAt }
    file = entry.file ?? file
    taken.clear()
  }
  for (const entry of journal.entries()) apply(entry as Entry)
  const snapshot = (): readonly Entry[] =>
    last === undefined
      ? []
      : [
          { kind: 'offered', ...last, file },
          { kind: 'taken', meters: [...taken] },
        ]
  const keep = (entry: Entry): void => {
    journal.append(entry)
    apply(entry)
    if (journal.isLong) journal.rewrite(snapshot())
  }

  return {
    begin: (dated, digest) => keep({ kind: 'offered', ...dated, file: digest }),
    taken: (meter) => keep({ kind: 'taken', meters: [meter] }),
    get offered() {
      return last
    },
    owed(meters) {
      const rest = meters.filter((meter) => !taken.has(meter))
      return last === undefined || rest.length === 0 ? undefined : { ...last, meters: rest }
    },
    get file() {
      return file
    },
    close: () => journal.close(),
  }
}
