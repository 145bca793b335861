import { expect, test } from 'vitest'
import {
  eventsMax,
  readTransaction,
  registersMax,
  type EventPage,
  type KeptEvent,
} from './kept-events.ts'

const name = { stationId: 'CS-1', transactionId: 'T' }
const timestamp = '2026-01-05T18:00:00Z'
const register = { value: 1.5, unitOfMeasure: { unit: 'kWh' } }
const message = (seqNo: number): string => {
  const voltage = { value: 230, measurand: 'Voltage' }
  const meterValue = [{ timestamp, sampledValue: [voltage, register] }]
  return JSON.stringify({
    seqNo,
    meterValue: [...meterValue, { timestamp, sampledValue: [voltage] }],
  })
}
const storeWith = (count: number) => ({
  events: (_name: object, { limit, after }: EventPage): Promise<KeptEvent[]> => {
    const from = (after?.seqNo ?? -1) + 1
    const length = Math.min(limit, 100, count - from)
    const seqNos = Array.from({ length }, (_, at) => from + at)
    return Promise.resolve(
      seqNos.map((seqNo) => ({
        seqNo,
        content: '',
        message: message(seqNo),
        more: seqNo < count - 1,
      })),
    )
  },
})

test('a transaction is read page by page, of its meter values only the registers', async () => {
  const { events, whole } = await readTransaction(storeWith(250), name)
  expect(whole).toBe(true)
  expect(events.map(({ seqNo }) => seqNo)).toEqual(Array.from({ length: 250 }, (_, at) => at))
  expect(events[0]?.meterValue).toEqual([{ timestamp, sampledValue: [{ value: 1_500 }] }])
  expect(await readTransaction(storeWith(0), name)).toEqual({ events: [], whole: true })
})

test('of one that is too long the first events are read, and it is said', async () => {
  const exact = await readTransaction(storeWith(eventsMax), name)
  expect([exact.events.length, exact.whole]).toEqual([eventsMax, true])
  const longer = await readTransaction(storeWith(eventsMax + 1), name)
  expect([longer.events.length, longer.whole]).toEqual([eventsMax, false])
})

test('of one whose events hold very many registers no more are read than can be held', async () => {
  const each = 10_000
  const meterValue = Array.from({ length: each }, () => ({ timestamp, sampledValue: [register] }))
  const events = (_name: object, { after }: EventPage): Promise<KeptEvent[]> => {
    const seqNo = (after?.seqNo ?? -1) + 1
    return Promise.resolve([
      { seqNo, content: '', message: JSON.stringify({ seqNo, meterValue }), more: seqNo < 100 },
    ])
  }
  const read = await readTransaction({ events }, name)
  expect([read.events.length, read.whole]).toEqual([registersMax / each, false])
})
