import { ensureDir, portsOf, type ActorDeps } from '@interlock/host'
import { Fault, type Instant } from '@interlock/kernel'
import type { ExportPeriod } from '@interlock/privacy'
import type { StationConfig } from '../config.ts'

/** A record as the meter signed it, and when. JSON values only. */
export type KeptRecord = { readonly at: Instant; readonly record: string }

export const usageLogLimits = {
  /** So long an owner looks back (regulation 9 of SI 2021/1467 asks for twelve months). */
  daysMax: 366,
  /** A reading each half-hour, and as many again of charges. */
  recordsMax: 36_000,
} as const

/**
 * What the meter has signed, kept for the owners of the home. It is kept beside the charger's memory: what is lost of it
 * stops no charge, so nothing here throws.
 */
export type UsageLog = {
  keep(record: string, at: Instant): void
  /** `undefined` where what was kept is damaged. */
  within(period: ExportPeriod): readonly KeptRecord[] | undefined
  /** Of a home whose last owner's key is gone, nothing is kept for the next. */
  clear(): void
  close(): void
}

export function openUsageLog({ data }: Pick<StationConfig, 'data'>, deps: ActorDeps): UsageLog {
  const failed = (error: unknown): undefined => {
    if (!(error instanceof Fault)) throw error
    deps.log.warn({ error }, 'the usage of this home is not kept')
    return undefined
  }
  const attempt = <Result>(work: () => Result): Result | undefined => {
    try {
      return work()
    } catch (error) {
      return failed(error)
    }
  }
  const journal = attempt(() => {
    ensureDir(`${data}/meter`)
    return portsOf(deps).openJournal(`${data}/meter/readings.jsonl`)
  })
  const all = (): readonly KeptRecord[] => (journal?.entries() ?? []) as readonly KeptRecord[]
  const shortened = (now: Instant): readonly KeptRecord[] => {
    const since = now - usageLogLimits.daysMax * 86_400_000
    return all()
      .filter(({ at }) => at > since)
      .slice(-usageLogLimits.recordsMax)
  }
  return {
    keep: (record, at) =>
      attempt(() => {
        if (journal?.isLong === true) journal.rewrite(shortened(at))
        journal?.append({ at, record } satisfies KeptRecord)
      }),
    within: ({ from, until }) =>
      journal && attempt(() => all().filter(({ at }) => from <= at && at <= until)),
    clear: () => attempt(() => journal?.rewrite([])),
    close: () => journal?.close(),
  }
}
