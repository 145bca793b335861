import { expect, test } from 'vitest'
import { deliveryFailures, judged } from './delivery-run.ts'

const report = (seen: Record<string, readonly number[]>) => ({
  ...judged(new Map(Object.entries(seen)), 6, 3, 2),
  messages: 6,
  authors: 1,
  topics: 2,
  acknowledged: 6,
  accepted: 6,
  repeated: 0,
  otherFindings: [],
  waits: 0,
  waitedFor: {},
  seconds: 1,
  perSecond: 6,
})

test('a run in which all came once and in order holds', () => {
  expect(deliveryFailures(report({ a: [1, 2, 3], b: [1, 2, 3] }))).toEqual([])
})

test('one that is lost, late or taken twice is a failure by its name', () => {
  expect(deliveryFailures(report({ a: [1, 3], b: [1, 2, 3] }))).toEqual(['1 were lost'])
  expect(deliveryFailures(report({ a: [1, 3, 2], b: [1, 2, 3] }))).toEqual(['1 were out of order'])
  expect(deliveryFailures(report({ a: [1, 2, 3, 3], b: [1, 2, 3] }))).toEqual([
    '1 were accepted twice',
  ])
  expect(deliveryFailures({ ...report({ a: [1, 2, 3], b: [1, 2, 3] }), acknowledged: 5 })).toEqual([
    '1 were never kept',
  ])
})
