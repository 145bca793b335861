import { fromBase64Url, toBase64Url, type Entropy } from '@interlock/kernel'
import type { StationRounds } from '@interlock/privacy'
import type { Journal } from '@interlock/store'
import type { HalfHourRead } from './half-hours.ts'

/** What a station must still know after a loss of power, or it would mask a round anew. */
export type SumMemory = {
  readonly feeder: string
  /** 32 random bytes for its blinds, base64url; they never leave it. */
  readonly secret: string
  /** The latest roster that it took part in: one version has one content. */
  readonly pinned?: { readonly version: number; readonly digest: string }
  readonly rounds?: StationRounds
  readonly reads: readonly HalfHourRead[]
}

export type SumKeeper = {
  readonly memory: SumMemory
  readonly secret: Uint8Array
  /** On the disk when it returns. @throws Fault when it could not be kept; all is then as before. */
  keep(change: Partial<Pick<SumMemory, 'pinned' | 'rounds' | 'reads'>>): void
  close(): void
}

const secretBytes = 32

/** @param feeder where the station is now; elsewhere than before it begins anew, under other keys */
export function openSumMemory(
  journal: Journal,
  feeder: string,
  entropy: Pick<Entropy, 'bytes'>,
): SumKeeper {
  const entries = journal.entries() as readonly Partial<SumMemory>[]
  const fresh: SumMemory = { feeder, secret: toBase64Url(entropy.bytes(secretBytes)), reads: [] }
  const kept = entries.length === 0 ? fresh : { ...fresh, ...Object.assign({}, ...entries) }
  let memory: SumMemory = kept.feeder === feeder ? kept : { ...fresh, reads: kept.reads }
  journal.rewrite([memory])
  return {
    get memory() {
      return memory
    },
    secret: fromBase64Url(memory.secret) ?? new Uint8Array(),
    keep(change) {
      const next = { ...memory, ...change }
      if (journal.isLong) journal.rewrite([next])
      else journal.append(change)
      memory = next
    },
    close: () => journal.close(),
  }
}
