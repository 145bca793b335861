import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toldMax } from './differencing.ts'
import { stationAt } from './feeder.fixture.ts'
import {
  readClosing,
  readMasked,
  sumMessageCharactersMax,
  writeClosing,
  writeMasked,
} from './messages.ts'
import { membersMax } from './roster.ts'

const members = Array.from({ length: 11 }, (_, at) => stationAt(at))

test('what is written is read again: any value, any sets', () => {
  const set = fc.subarray(members)
  const told = fc.record({ window: fc.nat(), members: set })
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.nat(),
      set,
      fc.array(told, { maxLength: 4 }),
      (value, round, present, earlier) => {
        const masked = { station: stationAt(3), round, value }
        expect(readMasked(writeMasked(masked))).toEqual({ ok: true, value: masked })
        const closing = { round, present, earlier }
        const text = writeClosing(closing, { members })
        expect(readClosing(text, { members })).toEqual({ ok: true, value: closing })
      },
    ),
    { numRuns: 200 },
  )
})

test('the longest message of the largest roster is within the limit', () => {
  const most = Array.from({ length: membersMax }, (_, at) => stationAt(at))
  const earlier = Array.from({ length: toldMax }, () => ({
    window: Number.MAX_SAFE_INTEGER,
    members: most,
  }))
  const closing = { round: Number.MAX_SAFE_INTEGER, present: most, earlier }
  const text = writeClosing(closing, { members: most })
  expect(text.length).toBeLessThan(sumMessageCharactersMax)
  expect(readClosing(text, { members: most })).toEqual({ ok: true, value: closing })
})

const masked = { station: stationAt(0), round: 1, value: '0000000000000007' }
test.each([
  'x',
  '[]',
  JSON.stringify({ ...masked, station: 'x' }),
  JSON.stringify({ ...masked, round: -1 }),
  JSON.stringify({ ...masked, round: 1.5 }),
  JSON.stringify({ ...masked, value: '7' }),
  JSON.stringify({ ...masked, value: 7 }),
  JSON.stringify({ ...masked, more: 1 }),
  JSON.stringify(masked) + ' '.repeat(sumMessageCharactersMax),
])('%# no masked reading', (text) => {
  expect(readMasked(text)).toMatchObject({ reason: 'SumMessageMalformed' })
})

const closing = { round: 1, present: '__A', earlier: [] as unknown[] }
test.each([
  'x',
  JSON.stringify({ ...closing, present: '__8' }),
  JSON.stringify({ ...closing, present: '_w' }),
  JSON.stringify({ ...closing, present: '____' }),
  JSON.stringify({ ...closing, present: '!!!' }),
  JSON.stringify({ ...closing, earlier: [{ window: 1, members: '_w' }] }),
  JSON.stringify({ ...closing, earlier: [{ window: -1, members: '_-A' }] }),
  JSON.stringify({
    ...closing,
    earlier: Array.from({ length: toldMax + 1 }, () => ({ window: 1, members: '_-A' })),
  }),
])('%# no closing of a roster of eleven', (text) => {
  expect(readClosing(text, { members })).toMatchObject({ reason: 'SumMessageMalformed' })
  expect(readClosing(JSON.stringify({ ...closing, present: '_-A' }), { members })).toMatchObject({
    ok: true,
  })
})
