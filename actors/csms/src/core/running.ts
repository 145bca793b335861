import type { Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'

/** A transaction as its events tell it, in the order of their numbers. */
export type RunningTransaction = {
  readonly transactionId: string
  readonly evseId: number | undefined
  readonly startedAt: Instant
  /** Number and time of the newest event there is, which need not be the last that came. */
  readonly seqNo: number
  readonly at: Instant
  readonly chargingState: string | undefined
  readonly idToken: string | undefined
  readonly idTokenType: string | undefined
  /** The token it began with; the one that stops it need not be the same. */
  readonly begunWith: { readonly idToken: string; readonly type: string } | undefined
  /** Lowest and highest register that its events tell. */
  readonly firstWattHours: number | undefined
  readonly lastWattHours: number | undefined
}

/** The transactions of one station that have not ended, and which ended lately. */
export type Transactions = {
  readonly running: Map<string, RunningTransaction>
  /** Transaction ids; the latest last. */
  readonly ended: Set<string>
}

const endedMax = 64
/** Of one station, at one time; the oldest are forgotten first. */
export const runningMax = 64

/** How an event stands to what is known of its transaction. */
export type Placed = 'begins' | 'goesOn' | 'late' | 'ends' | 'over'

/**
 * E04, E13: an event is placed by its number, whenever it comes: one that comes late fills a gap and
 * changes nothing of what is newer, and nothing brings back a transaction that has ended.
 */
export function place(
  { running, ended }: Transactions,
  event: Request<'TransactionEvent'>,
  at: Instant,
  registerWattHours: number | undefined,
): Placed {
  const { seqNo, eventType, transactionInfo } = event
  const { transactionId } = transactionInfo
  const known = running.get(transactionId)
  if (ended.has(transactionId)) return 'over'
  if (eventType === 'Ended') {
    running.delete(transactionId)
    ended.add(transactionId)
    for (const id of ended) {
      if (ended.size <= endedMax) break
      ended.delete(id)
    }
    return 'ends'
  }
  running.set(transactionId, after(known, event, at, registerWattHours))
  dropOldest(running)
  return known === undefined ? 'begins' : seqNo < known.seqNo ? 'late' : 'goesOn'
}

/** A transaction with one more event of it. */
export function after(
  known: RunningTransaction | undefined,
  { seqNo, transactionInfo, evse, idToken }: Request<'TransactionEvent'>,
  at: Instant,
  registerWattHours: number | undefined,
): RunningTransaction {
  const { transactionId, chargingState } = transactionInfo
  const late = known !== undefined && seqNo < known.seqNo
  return {
    transactionId,
    seqNo: late ? known.seqNo : seqNo,
    at: late ? known.at : at,
    evseId: evse?.id ?? known?.evseId,
    startedAt: known === undefined || at < known.startedAt ? at : known.startedAt,
    chargingState: late
      ? (known.chargingState ?? chargingState)
      : (chargingState ?? known?.chargingState),
    idToken: late ? (known.idToken ?? idToken?.idToken) : (idToken?.idToken ?? known?.idToken),
    idTokenType: late
      ? (known.idTokenType ?? idToken?.type)
      : (idToken?.type ?? known?.idTokenType),
    begunWith:
      known?.begunWith ??
      (idToken === undefined ? undefined : { idToken: idToken.idToken, type: idToken.type }),
    firstWattHours: extreme(Math.min, known?.firstWattHours, registerWattHours),
    lastWattHours: extreme(Math.max, known?.lastWattHours, registerWattHours),
  }
}

const extreme = (
  of: (one: number, other: number) => number,
  one: number | undefined,
  other: number | undefined,
): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : of(one, other)

function dropOldest(running: Map<string, RunningTransaction>): void {
  if (running.size <= runningMax) return
  for (const id of running.keys()) {
    running.delete(id)
    if (running.size <= runningMax) return
  }
}
