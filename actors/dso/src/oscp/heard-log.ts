import { instant, type Instant } from '@interlock/kernel'
import { feederShownLimits } from '@interlock/contract'
import type { ComplianceError } from '@interlock/oscp'
import type { Journal } from '@interlock/store'

/** What a provider has said that it cannot keep. Its own words are in the audit trail alone: they are about whatever it likes. */
export type Complaint = {
  readonly at: Instant
  readonly blocks: number
  readonly from?: Instant
  readonly until?: Instant
}
export type Heard = {
  readonly heartbeatAt?: Instant
  /** Newest first. */
  readonly complaints: readonly Complaint[]
}

/** When each provider was last heard, and what it complained of; it outlives a restart. */
export type HeardLog = {
  heartbeat(provider: string, at: Instant): void
  complain(provider: string, error: ComplianceError, at: Instant): void
  of(provider: string): Heard
  close(): void
}

type Entry = { readonly provider: string; readonly heard: Heard }

const nothing: Heard = { complaints: [] }

export function openHeardLog(journal: Journal): HeardLog {
  const held = new Map<string, Heard>()
  for (const { provider, heard } of journal.entries() as readonly Entry[]) held.set(provider, heard)
  const of = (provider: string): Heard => held.get(provider) ?? nothing
  const put = (provider: string, heard: Heard): void => {
    journal.append({ provider, heard } satisfies Entry)
    held.set(provider, heard)
    if (journal.isLong)
      journal.rewrite([...held].map(([name, each]): Entry => ({ provider: name, heard: each })))
  }
  return {
    of,
    heartbeat: (provider, at) => put(provider, { ...of(provider), heartbeatAt: at }),
    complain(provider, { blocks }, at) {
      const times = blocks.length > 0 && {
        from: instant(Math.min(...blocks.map((each) => each.from))),
        until: instant(Math.max(...blocks.map((each) => each.until))),
      }
      const { complaints, ...rest } = of(provider)
      const all = [{ at, blocks: blocks.length, ...times }, ...complaints]
      put(provider, { ...rest, complaints: all.slice(0, feederShownLimits.complaintsMax) })
    },
    close: () => journal.close(),
  }
}
