import { instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import { place, type Transactions } from './running.ts'
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
const fresh = (): Transactions => ({ running: new Map(), ended: new Set() })
const placed = (transactions: Transactions, given: Event) =>
  place(transactions, given, instant(Date.parse(given.timestamp)), undefined)

test('events that come in order begin, go on and end a transaction', () => {
  const transactions = fresh()
  const all = [event(0, 'Started'), event(1, 'Updated'), event(2, 'Ended')]
  expect(all.map((each) => placed(transactions, each))).toEqual(['begins', 'goesOn', 'ends'])
  expect(transactions.running.size).toBe(0)
})

test('an event that comes late changes nothing of what is newer (E04)', () => {
  const transactions = fresh()
  placed(transactions, event(3, 'Updated'))
  expect(placed(transactions, event(0, 'Started'))).toBe('late')
  expect(transactions.running.get('T')).toMatchObject({ seqNo: 3, chargingState: 'Charging' })
  expect(transactions.running.get('T')?.startedAt).toBe(Date.UTC(2026, 0, 5, 18))
})

test('nothing brings back a transaction that has ended', () => {
  const transactions = fresh()
  placed(transactions, event(2, 'Ended'))
  expect(placed(transactions, event(0, 'Started'))).toBe('over')
  expect(transactions.running.size).toBe(0)
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

test('a very long transaction has its document too', () => {
  const long = Array.from({ length: 20_000 }, (_, seqNo) => event(seqNo, 'Updated'))
  const document = transactionDocument('T', [event(7, 'Updated'), ...long, event(7, 'Ended')])
  expect(document).toMatchObject({ state: 'ended', conflictingSeqNos: [7], missingSeqNos: [] })
  expect(document.seqNos).toHaveLength(20_000)
})
