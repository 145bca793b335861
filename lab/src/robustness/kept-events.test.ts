import { expect, test } from 'vitest'
import { judgeKept, type KeptEvent } from './kept-events.ts'

const types = ['Started', 'Updated', 'Ended'] as const
const events = types.map((eventType, seqNo) => ({
  transactionId: 'T',
  seqNo,
  eventType,
  wattHours: 1_000 * seqNo,
  payload: { eventType, seqNo, meterValue: [{ value: 1_000 * seqNo }] },
}))
const told = [{ id: 'A', acknowledged: events }]
const [first, second, last] = events.map(
  ({ transactionId, seqNo, eventType, payload }): KeptEvent => ({
    station_id: 'A',
    transaction_id: transactionId,
    seq_no: seqNo,
    event_type: eventType,
    message: JSON.stringify(payload),
  }),
) as [KeptEvent, KeptEvent, KeptEvent]
const good = { transactions: 1, acknowledged: 3, lost: 0, altered: 0, doubled: 0, open: 0 }
const saying = (row: KeptEvent, more: object): KeptEvent => ({
  ...row,
  message: JSON.stringify({ ...(JSON.parse(row.message) as object), ...more }),
})

test.each<[string, readonly KeptEvent[], object]>([
  ['all of it once, as it was sent', [last, first, second], {}],
  ['one that was sent again, offline', [first, saying(second, { offline: true }), last], {}],
  ['an event less', [first, last], { lost: 1, open: 1 }],
  [
    'an event with other contents',
    [first, saying(second, { meterValue: [] }), last],
    { altered: 1 },
  ],
  ['an event twice', [first, second, saying(second, { meterValue: [] }), last], { doubled: 1 }],
  ['no end', [first, second], { lost: 1, open: 1 }],
  [
    'the number of another transaction',
    [first, second, last, { ...second, transaction_id: 'U' }],
    { transactions: 2, open: 1 },
  ],
])('the database holds %s', (_, rows, differs) => {
  expect(judgeKept(rows, told)).toEqual({ ...good, ...differs })
})
