import { instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import {
  after,
  currentOf,
  place,
  runningMax,
  type Transaction,
  type Transactions,
} from './running.ts'
import { registersOf } from './samples.ts'
import { transactionDocument } from './transaction-document.ts'

type Event = Request<'TransactionEvent'>
const event = (seqNo: number, eventType: Event['eventType'], more: Partial<Event> = {}): Event => ({
  eventType,
  seqNo,
  timestamp: new Date(Date.UTC(2026, 0, 5, 18, seqNo)).toISOString(),
  triggerReason: 'ChargingStateChanged',
  transactionInfo: { transactionId: 'T', chargingState: seqNo > 1 ? 'Charging' : 'EVConnected' },
  evse: { id: 1, connectorId: 1 },
  ...more,
})
const fresh = (): Transactions => ({ running: new Map(), ended: new Set(), lastEnded: undefined })
function placed(transactions: Transactions, given: Event): void {
  const { running, lastEnded } = transactions
  const at = instant(Date.parse(given.timestamp))
  place(transactions, after(running.get('T') ?? lastEnded, given, at, undefined))
}

test('events that come in order begin, go on and end a transaction', () => {
  const transactions = fresh()
  const all = [event(0, 'Started'), event(1, 'Updated'), event(2, 'Ended')]
  const runs = all.map((each) => {
    placed(transactions, each)
    return transactions.running.has('T')
  })
  expect(runs).toEqual([true, true, false])
  expect(transactions.lastEnded).toMatchObject({ transactionId: 'T', seqNo: 2 })
})

test('an event that comes late changes nothing of what is newer (E04)', () => {
  const transactions = fresh()
  placed(transactions, event(3, 'Updated'))
  placed(transactions, event(0, 'Started'))
  expect(transactions.running.get('T')).toMatchObject({
    seqNo: 3,
    startedAt: Date.UTC(2026, 0, 5, 18),
    chargingState: { value: 'Charging' },
  })
})

test('nothing brings back a transaction that has ended', () => {
  const transactions = fresh()
  placed(transactions, event(2, 'Ended'))
  placed(transactions, event(0, 'Started'))
  expect(transactions.running.size).toBe(0)
  expect(transactions.lastEnded?.startedAt).toBe(Date.UTC(2026, 0, 5, 18))
})

const begun = (transactionId: string, startedAt: number): Transaction => {
  const said = event(0, 'Started', { transactionInfo: { transactionId } })
  return after(undefined, said, instant(startedAt), undefined)
}

test('of more than can be held those are held that began last, and the last of them is the current one', () => {
  const transactions = fresh()
  const held = Array.from({ length: runningMax }, (_, at) => begun(`T-${at}`, 1_000 + at))
  for (const each of [...held.toReversed(), begun('EARLY', 1)]) place(transactions, each)
  expect([...transactions.running.values()].toReversed()).toEqual(held)
  expect(currentOf(transactions)).toBe(held.at(-1))
})

test('an end that comes with all that was read since the start tells both registers, in whatever order', () => {
  const read = [4_000, 1_000, 9_000, 6_000].map((value, minute) => ({
    timestamp: `2026-01-05T18:0${minute}:00Z`,
    sampledValue: [{ value }],
  }))
  const ended = event(1, 'Ended', { meterValue: read })
  const begun = after(undefined, event(0, 'Started'), instant(0), undefined)
  const whole = after(begun, ended, instant(1), registersOf(ended.meterValue))
  expect(whole).toMatchObject({ firstWattHours: 1_000, lastWattHours: 9_000 })
})

test('a transaction is the same in whatever order its events came, and its gaps are known', () => {
  const all = [event(0, 'Started'), event(1, 'Updated'), event(3, 'Ended')]
  const one = transactionDocument('T', all)
  expect(transactionDocument('T', all.toReversed())).toEqual(one)
  expect(one).toMatchObject({ state: 'ended', missingSeqNos: [2], complete: false })
  const whole = transactionDocument('T', [...all, event(2, 'Updated')])
  expect(whole.conflictingSeqNos).toEqual([])
  const twice = transactionDocument('T', [...all, event(1, 'Ended')])
  expect(twice).toMatchObject({ seqNos: [0, 1, 3], conflictingSeqNos: [1] })
  expect(whole).toMatchObject({ missingSeqNos: [], complete: true, seqNos: [0, 1, 2, 3] })
})

test('of two events of one number the later one counts, in whatever form it writes its time', () => {
  const [early, late] = ['2026-01-05T19:30:00+01:00', '2026-01-05T18:31:00Z']
  const [one, other] = [early, late].map((timestamp, evse) =>
    event(1, 'Updated', { timestamp, evse: { id: evse + 1 } }),
  ) as [Event, Event]
  for (const events of [
    [one, other],
    [other, one],
  ])
    expect(transactionDocument('T', events).evseId).toBe(2)
})

test('a very long transaction has its document too', () => {
  const long = Array.from({ length: 20_000 }, (_, seqNo) => event(seqNo, 'Updated'))
  const document = transactionDocument('T', [event(7, 'Updated'), ...long, event(7, 'Ended')])
  expect(document).toMatchObject({ state: 'ended', conflictingSeqNos: [7], missingSeqNos: [] })
  expect(document.seqNos).toHaveLength(20_000)
})
