import { feederSumLimits, fitsTopic, limits, type MaskClosing } from '@interlock/contract'
import { utf8 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openAudit } from './audit.ts'
import { feeder, stationAt } from './feeder.fixture.ts'
import {
  readClosing,
  readMasked,
  readOpening,
  writeClosing,
  writeMasked,
  writeOpening,
} from './messages.ts'
import { forBoth } from './quantities.ts'

const members = Array.from({ length: 11 }, (_, at) => stationAt(at))
const eleven = { feeder: 'north/7', version: 3, members }
const { membersMax, toldMax } = feederSumLimits

test('what is written is of its topic and is read again: any value, any sets', () => {
  const set = fc.subarray(members)
  const told = fc.record({ window: fc.nat(), members: set })
  const value = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
  fc.assert(
    fc.property(
      fc.record({ watts: value, wattHours: value }),
      fc.nat(),
      set,
      fc.array(told, { maxLength: 4 }),
      (values, round, present, earlier) => {
        const masked = writeMasked('reading', { round, values })
        expect(fitsTopic('masked', masked)).toBe(true)
        expect(readMasked(masked)).toEqual({ round, values })
        const closing = { round, present, earlier }
        const written = writeClosing(closing, eleven)
        expect(fitsTopic('maskRound', written)).toBe(true)
        expect(readClosing(written, eleven)).toEqual({ ok: true, value: closing })
      },
    ),
    { numRuns: 200 },
  )
})

test('the words of an audit are read again, of the roster that they are of', () => {
  const { roster, stations } = feeder(11)
  const [first] = stations
  if (first === undefined) throw new Error('a feeder of eleven')
  const opened = forBoth(() => openAudit(first.station, roster, 7, first.word))
  const written = writeOpening(opened, roster)
  expect(fitsTopic('masked', written)).toBe(true)
  expect(readOpening(first.station, written, roster)).toEqual({ ok: true, value: opened })
  const malformed = { reason: 'SumMessageMalformed' }
  expect(readOpening(stationAt(99), written, roster)).toMatchObject(malformed)
  const shorter = { members: roster.members.slice(0, 10) }
  expect(readOpening(first.station, written, shorter)).toMatchObject(malformed)
})

test('the longest messages of the largest roster fit into a frame', () => {
  const most = Array.from({ length: membersMax }, (_, at) => stationAt(at))
  const largest = { feeder: 'north/7', version: Number.MAX_SAFE_INTEGER, members: most }
  const earlier = Array.from({ length: toldMax }, () => ({
    window: Number.MAX_SAFE_INTEGER,
    members: most,
  }))
  const closing = { round: Number.MAX_SAFE_INTEGER, present: most, earlier }
  const written = writeClosing(closing, largest)
  const words = new Map(most.map((each) => [each, 5n]))
  const opening = { station: stationAt(0), round: Number.MAX_SAFE_INTEGER, value: 5n, words }
  const opened = writeOpening(
    forBoth(() => opening),
    largest,
  )
  const listed = most.map((station) => ({ station, key: 'x'.repeat(43) }))
  const told = { version: largest.version, members: listed }
  expect(readClosing(written, largest)).toEqual({ ok: true, value: closing })
  for (const [kind, payload] of [
    ['maskRound', written],
    ['masked', opened],
    ['maskRoster', told],
  ] as const) {
    expect(fitsTopic(kind, payload), kind).toBe(true)
    // In base64 inside of a seal.
    expect(utf8(JSON.stringify(payload)).length * 1.5).toBeLessThan(limits.frameBytesMax)
  }
})

const masked = {
  step: 'reading',
  round: 1,
  values: { watts: '0'.repeat(16), wattHours: '0'.repeat(16) },
}
test.each([
  {},
  { ...masked, step: 'other' },
  { ...masked, round: -1 },
  { ...masked, round: 1.5 },
  { ...masked, values: { watts: '7', wattHours: '0'.repeat(16) } },
  { ...masked, values: { watts: '0'.repeat(16) } },
  { ...masked, more: 1 },
])('%# no masked reading', (payload) => {
  expect(fitsTopic('masked', payload)).toBe(false)
  expect(fitsTopic('masked', masked)).toBe(true)
})

const closing: MaskClosing = { step: 'closing', roster: 3, round: 1, present: '__A', earlier: [] }
test.each([
  { present: '__8' },
  { present: '_w' },
  { present: '____' },
  { present: '!!!' },
  { earlier: [{ window: 1, members: '_w' }] },
])('%# no closing of a roster of eleven', (change) => {
  expect(readClosing({ ...closing, ...change }, eleven)).toMatchObject({
    reason: 'SumMessageMalformed',
  })
  expect(readClosing({ ...closing, present: '_-A' }, eleven)).toMatchObject({ ok: true })
})

test('more sets than may be told in two windows are no closing', () => {
  const earlier = Array.from({ length: toldMax + 1 }, () => ({ window: 1, members: '_-A' }))
  expect(fitsTopic('maskRound', { ...closing, earlier })).toBe(false)
})
