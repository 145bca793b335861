import { isDeepStrictEqual } from 'node:util'
import type { ChargingStation } from './charging-station.ts'

/** An event as the database holds it. */
export type KeptEvent = {
  readonly station_id: string
  readonly transaction_id: string
  readonly seq_no: number
  readonly event_type: string
  /** JSON of the request as it came. */
  readonly message: string
}

export type Told = Pick<ChargingStation, 'id' | 'acknowledged'>

export type KeptJudgement = {
  readonly transactions: number
  /** Events that a station had acknowledged. */
  readonly acknowledged: number
  /** Of those, not in the database. */
  readonly lost: number
  /** Of those, in the database with other contents than the station sent. */
  readonly altered: number
  /** Events beyond the first under one number of a transaction. */
  readonly doubled: number
  /** Transactions whose numbers have a gap, or whose last event is not the end. */
  readonly open: number
}

/** Holds what the database has against what the stations said and were told. */
export function judgeKept(rows: readonly KeptEvent[], stations: readonly Told[]): KeptJudgement {
  const kept = grouped(rows, (row) => keyOf(row.station_id, row.transaction_id, row.seq_no))
  const acknowledged = stations.flatMap(({ id, acknowledged }) =>
    acknowledged.map(({ transactionId, seqNo, payload }) => ({
      payload,
      under: kept.get(keyOf(id, transactionId, seqNo)) ?? [],
    })),
  )
  const found = acknowledged.filter(({ under }) => under.length > 0)
  const transactions = grouped(rows, (row) => `${row.station_id} ${row.transaction_id}`)
  return {
    transactions: transactions.size,
    acknowledged: acknowledged.length,
    lost: acknowledged.length - found.length,
    altered: found.filter(({ payload, under }) => !under.some((row) => says(row, payload))).length,
    doubled: rows.length - kept.size,
    open: [...transactions.values()].filter((events) => !isClosed(events)).length,
  }
}

/** Whether it went out when it was made may change from one sending to the next (E04.FR.03). */
function says(
  { message }: KeptEvent,
  { offline: _once, ...sent }: Readonly<Record<string, unknown>>,
) {
  const { offline: _again, ...stored } = JSON.parse(message) as Record<string, unknown>
  return isDeepStrictEqual(stored, sent)
}

function isClosed(events: readonly KeptEvent[]): boolean {
  const last = events.toSorted((left, right) => left.seq_no - right.seq_no).at(-1)
  const numbers = new Set(events.map(({ seq_no }) => seq_no))
  return last?.event_type === 'Ended' && numbers.size === last.seq_no + 1
}

const keyOf = (station: string, transaction: string, seqNo: number): string =>
  `${station} ${transaction} ${seqNo}`

function grouped<Item>(items: readonly Item[], keyed: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyed(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
