import type { Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { folded, type Said } from './said.ts'
import type { Registers } from './samples.ts'

export type Token = { readonly idToken: string; readonly type: string }

/** What the events of a transaction tell together. */
export type Told = {
  readonly startedAt: Instant
  /** Undefined while it runs. */
  readonly endedAt: Instant | undefined
  /** Lowest and highest register that its events tell. */
  readonly firstWattHours: number | undefined
  readonly lastWattHours: number | undefined
  readonly evseId: Said<number> | undefined
  readonly chargingState: Said<string> | undefined
  /** The token it began with; the one that stops it need not be the same. */
  readonly begunWith: Said<Token> | undefined
}

/**
 * Which of two stands for both. Each of these gives the same in whatever order events come and however often, and
 * memory and database fold by this one table: so both know the same of a transaction.
 */
export const folds = {
  startedAt: 'least',
  endedAt: 'least',
  firstWattHours: 'least',
  lastWattHours: 'greatest',
  evseId: 'greatest',
  chargingState: 'greatest',
  begunWith: 'least',
} as const satisfies Record<keyof Told, 'least' | 'greatest'>

/** A transaction as its events tell it, whether it still runs or not. */
export type Transaction = Told & {
  readonly transactionId: string
  /** Number and time of the newest event there is, which need not be the last that came. */
  readonly seqNo: number
  readonly at: Instant
}

/** The transactions of one station that have not ended, and which ended lately. */
export type Transactions = {
  readonly running: Map<string, Transaction>
  /** Transaction ids; the latest last. */
  readonly ended: Set<string>
  /** Of those that have ended the one that began last. */
  lastEnded: Transaction | undefined
}

const endedMax = 64
/** Of one station, at one time; those that began first are forgotten first. */
export const runningMax = 64

/** E04, E13: a transaction with one more event of it, whenever that comes. */
export function after(
  known: Transaction | undefined,
  event: Request<'TransactionEvent'>,
  at: Instant,
  registers: Registers | undefined,
): Transaction {
  const { seqNo, eventType, evse, idToken } = event
  const { transactionId, chargingState } = event.transactionInfo
  const said = <Value>(value: Value | undefined): Said<Value> | undefined =>
    value === undefined ? undefined : { seqNo, at, value }
  const alone = {
    transactionId,
    seqNo,
    at,
    startedAt: at,
    endedAt: eventType === 'Ended' ? at : undefined,
    firstWattHours: registers?.lowest,
    lastWattHours: registers?.highest,
    evseId: said(evse?.id),
    chargingState: said(chargingState),
    begunWith: said(idToken && { idToken: idToken.idToken, type: idToken.type }),
  }
  return known === undefined ? alone : together(known, alone)
}

function together(one: Transaction, other: Transaction): Transaction {
  const isNewer = other.seqNo - one.seqNo || other.at - one.at
  const { transactionId, seqNo, at } = isNewer > 0 ? other : one
  return {
    transactionId,
    seqNo,
    at,
    startedAt: folded(folds.startedAt, one.startedAt, other.startedAt) ?? one.startedAt,
    endedAt: folded(folds.endedAt, one.endedAt, other.endedAt),
    firstWattHours: folded(folds.firstWattHours, one.firstWattHours, other.firstWattHours),
    lastWattHours: folded(folds.lastWattHours, one.lastWattHours, other.lastWattHours),
    evseId: folded(folds.evseId, one.evseId, other.evseId),
    chargingState: folded(folds.chargingState, one.chargingState, other.chargingState),
    begunWith: folded(folds.begunWith, one.begunWith, other.begunWith),
  }
}

/** Nothing brings back a transaction that has ended. */
export function place(transactions: Transactions, now: Transaction): void {
  const { running, ended, lastEnded } = transactions
  const { transactionId } = now
  if (now.endedAt === undefined) {
    running.set(transactionId, now)
    const oldest = running.size > runningMax ? [...running.values()].reduce(earlier) : undefined
    if (oldest !== undefined) running.delete(oldest.transactionId)
    return
  }
  running.delete(transactionId)
  ended.add(transactionId)
  for (const id of ended) {
    if (ended.size <= endedMax) break
    ended.delete(id)
  }
  const isSame = lastEnded?.transactionId === transactionId
  if (isSame || lastEnded === undefined || earlier(lastEnded, now) === lastEnded)
    transactions.lastEnded = now
}

/** The one that counts as the station's: of those that run the one that began last. */
export function currentOf({ running }: Pick<Transactions, 'running'>): Transaction | undefined {
  let current: Transaction | undefined
  for (const each of running.values())
    if (current === undefined || earlier(current, each) === current) current = each
  return current
}

function earlier(one: Transaction, other: Transaction): Transaction {
  if (one.startedAt !== other.startedAt) return one.startedAt < other.startedAt ? one : other
  return one.transactionId < other.transactionId ? one : other
}
