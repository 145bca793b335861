import type { Decision, Happening } from '@interlock/contract'
import type { Clock, StationId } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'

const decisionsMax = 20_000

/** What this charger decided: kept in the audit file, listed for whoever asks, published. */
export type Records = {
  decide(decision: Omit<Decision, 'station' | 'at'>): Decision
  /** Durable before it returns: written ahead of a critical act. */
  before(kind: string, data: Readonly<Record<string, unknown>>): void
  note(kind: string, data: Readonly<Record<string, unknown>>): void
  publish(happening: Omit<Happening, 'at' | 'actor' | 'station'>): void
  decisions(): readonly Decision[]
  readonly audit: Audit
  close(): void
}

export function createRecords(options: {
  readonly audit: Audit
  readonly clock: Clock
  readonly actor: string
  readonly stationId: StationId
  readonly publish: ((happening: Happening) => void) | undefined
}): Records {
  const { audit, clock, actor, stationId: station } = options
  const decisions: Decision[] = []
  const publish: Records['publish'] = (happening) =>
    options.publish?.({ at: clock.now(), actor, station, ...happening })

  return {
    decide(given) {
      const decision: Decision = { station, at: clock.now(), ...given }
      decisions.push(decision)
      if (decisions.length > decisionsMax) decisions.shift()
      audit.record('Decision', { ...decision })
      if (decision.decision === 'refused') {
        publish({
          kind: 'refusal',
          ...(decision.reason === undefined ? {} : { reason: decision.reason }),
          data: { action: decision.action, originator: decision.originator ?? null },
        })
      }
      return decision
    },
    before: (kind, data) => void audit.critical(kind, data),
    note: (kind, data) => void audit.record(kind, data),
    publish,
    decisions: () => decisions,
    audit,
    close: () => audit.close(),
  }
}
