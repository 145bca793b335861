import { instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newMemory, remember } from './memory.ts'
import { outboxMax, thinned } from './outbox.ts'

type TransactionEvent = Request<'TransactionEvent'>
type Change = Partial<Pick<TransactionEvent, 'eventType' | 'triggerReason'>>

const eventOf = (seqNo: number, change: Change = {}, transactionId = 'tx'): TransactionEvent => ({
  eventType: 'Updated',
  triggerReason: 'MeterValuePeriodic',
  timestamp: '2026-01-05T23:00:00Z',
  seqNo,
  transactionInfo: { transactionId },
  ...change,
})
/** A start, so many readings, and an end where it has one. */
const transaction = (id: string, readings: number, ends = true): TransactionEvent[] => {
  const started = eventOf(0, { eventType: 'Started', triggerReason: 'CablePluggedIn' }, id)
  const updated = Array.from({ length: readings }, (_, at) => eventOf(at + 1, {}, id))
  const ended = eventOf(readings + 1, { eventType: 'Ended', triggerReason: 'EVDeparted' }, id)
  return [started, ...updated, ...(ends ? [ended] : [])]
}
const numbers = (events: readonly TransactionEvent[]): number[] => events.map(({ seqNo }) => seqNo)
const added = (events: readonly TransactionEvent[], max: number): readonly TransactionEvent[] =>
  events.reduce<readonly TransactionEvent[]>((held, event) => thinned([...held, event], max), [])

test('E04.FR.08: the first, the third and the fifth reading go first', () => {
  const all = transaction('tx', 6)
  expect(numbers(thinned(all, 7))).toEqual([0, 2, 3, 4, 5, 6, 7])
  expect(numbers(thinned(all, 6))).toEqual([0, 2, 4, 5, 6, 7])
  expect(numbers(thinned(all, 5))).toEqual([0, 2, 4, 6, 7])
})

test('E04.FR.07: readings go before other news of the transaction, and a start or an end never for them', () => {
  const news = eventOf(2, { triggerReason: 'ChargingStateChanged' })
  const all = transaction('tx', 4).map((event) => (event.seqNo === 2 ? news : event))
  expect(numbers(thinned(all, 3))).toEqual([0, 2, 5])
  expect(numbers(thinned(all, 2))).toEqual([0, 5])
})

test('E04.FR.08: whatever is added, starts and ends stay and the newest is taken', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 13, max: 40 }),
      (readings, max) => {
        const all = readings.flatMap((count, at) => transaction(`tx-${at}`, count))
        const left = added(all, max)
        expect(left).toHaveLength(Math.min(all.length, max))
        expect(left).toEqual(all.filter((event) => left.includes(event)))
        const bounds = (events: readonly TransactionEvent[]): TransactionEvent[] =>
          events.filter(({ eventType }) => eventType !== 'Updated')
        expect(bounds(left)).toEqual(bounds(all))
      },
    ),
    { numRuns: 50 },
  )
})

test('E04.FR.08: what is left of one long transaction is spread over all of it', () => {
  const [readings, max] = [1_000, 100]
  const left = numbers(added(transaction('tx', readings), max))
  const gaps = left.slice(1).map((seqNo, at) => seqNo - (left[at] ?? 0))
  expect(Math.max(...gaps)).toBeLessThanOrEqual((3 * readings) / max)
})

test('the first may be on its way and stays; where there is nothing else to lose the next goes', () => {
  const all = ['a', 'b'].flatMap((id) => transaction(id, 0))
  expect(thinned(all, 3)).toEqual([all[0], all[2], all[3]])
  const underway = transaction('tx', 3, false).slice(1)
  expect(numbers(thinned(underway, 2))).toEqual([1, 3])
})

test('a charger remembers no more than it can hold, whatever one change brings', () => {
  const queue = transaction('tx', outboxMax + 5, false)
  const { outbox } = remember(newMemory(instant(0)), { queue })
  expect(outbox).toHaveLength(outboxMax)
  expect(outbox[0]?.eventType).toBe('Started')
  expect(outbox.at(-1)?.seqNo).toBe(outboxMax + 5)
})
