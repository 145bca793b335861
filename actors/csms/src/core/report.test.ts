import { expect, test } from 'vitest'
import { noParts, withPart } from './report.ts'

const after = (...parts: { seqNo: number; tbc?: boolean }[]) => parts.reduce(withPart, noParts)

test('a report is complete when its last part and all before it have come, in any order', () => {
  expect(after({ seqNo: 0, tbc: true })).toMatchObject({ complete: false })
  expect(after({ seqNo: 0, tbc: true }, { seqNo: 1 })).toMatchObject({ complete: true })
  expect(after({ seqNo: 1 }, { seqNo: 0, tbc: true })).toMatchObject({ complete: true })
})

test('a part that is missing is named, and one that comes again counts once', () => {
  const parts = after({ seqNo: 0, tbc: true }, { seqNo: 2 }, { seqNo: 2 })
  expect(parts).toEqual({ parts: [0, 2], lastPart: 2, missing: [1], complete: false })
})

test('a number out of bounds is no part', () => {
  expect(after({ seqNo: -1 }, { seqNo: 1e9 })).toEqual(noParts)
})
