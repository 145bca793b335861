import type { StationId } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { createTally } from './tally.ts'

/**
 * A number stands for one event (E01.FR.07): a station that uses it twice is broken, or not alone. The first time is
 * told at once, what follows within the minute as one line with how often it was.
 */
export type Conflicts = {
  add(event: Request<'TransactionEvent'>): void
  /** The connection has ended: what was counted goes on the record. */
  over(): void
}

export function createConflicts(
  { audit, tell, deps }: Pick<Context, 'audit' | 'tell' | 'deps'>,
  station: StationId,
): Conflicts {
  let told = false
  const { add, over } = createTally(deps.wall, `conflicts/${station}`, (eventTypes, count) => {
    told = false
    if (count > 1) audit.record('TransactionEventConflicts', { station, count, eventTypes })
  })
  return {
    over,
    add({ seqNo, eventType, transactionInfo: { transactionId: transaction } }) {
      add(eventType)
      if (told) return
      told = true
      const said = { transaction, seqNo, eventType }
      audit.critical('TransactionEventConflict', { station, ...said })
      tell({ kind: 'security', station, reason: 'SeqNoReused', data: said })
    },
  }
}
