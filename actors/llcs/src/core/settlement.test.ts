import { instant, seeded, type Instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { decodeReading, encodeReading } from './register-reading.ts'
import {
  confirmed,
  count,
  countingFrom,
  halfHourMillis,
  isHalfHour,
  reconnected,
  spansOf,
  type Counting,
  type SettlementEntry,
} from './settlement.ts'

const noon = Date.UTC(2026, 0, 5, 12)
const rules = { wattsMax: 7_400 }

/** A front end and a clock of the tests; what is kept outlives `die`. */
function meter() {
  let counting: Counting = {}
  const kept: SettlementEntry[] = []
  let number = 0
  const state = { at: noon - 60_000, importWattHours: 1_000, exportWattHours: 50, isVouched: true }
  const take = (reading = {}, at = state.at) => {
    const { importWattHours, exportWattHours, isVouched } = state
    const said = { number: number++, importWattHours, exportWattHours, ...reading }
    const counted = count(counting, said, { at: instant(at), isVouched }, rules)
    counting = counted.counting
    if (counted.keep) kept.push(counted.keep)
    return counted.doubt
  }
  return {
    state,
    kept,
    take,
    /** A reading each second, of so many watts that are drawn. */
    run(seconds: number, watts = 3_600) {
      const begins = state.importWattHours
      for (let second = 1; second <= seconds; second++) {
        state.at += 1_000
        state.importWattHours = begins + Math.floor((watts * second) / 3_600)
        expect(take()).toBeUndefined()
      }
    },
    pass: (millis: number) => void (state.at += millis),
    die() {
      counting = countingFrom(kept)
      number = 0
    },
    /** The network agrees with the clock, and whether something had to be withdrawn. */
    agree() {
      const keep = confirmed(counting, instant(state.at))
      if (keep !== undefined) kept.push(keep)
      counting = { ...countingFrom(kept), last: counting.last }
      return keep?.kind === 'break' ? keep.doubt : undefined
    },
    reconnect: () => void (counting = reconnected(counting)),
    spans: () =>
      spansOf(kept).map((span) => [
        (span.from - noon) / halfHourMillis,
        (span.until - noon) / halfHourMillis,
        span.importWattHours,
      ]),
  }
}

test('whole half-hours are what the registers rose by, and the one that it began in is none', () => {
  const to = meter()
  to.run(60 + 3 * 1_800)
  expect(to.spans()).toEqual([
    [0, 1, 1_800],
    [1, 2, 1_800],
    [2, 3, 1_800],
  ])
  expect(spansOf(to.kept).every(isHalfHour)).toBe(true)
  expect(to.kept).toHaveLength(4)
})

test('a loss of power within a half-hour loses none of it: the registers have gone on', () => {
  const to = meter()
  to.run(60 + 600)
  to.die()
  to.pass(600_000)
  to.state.importWattHours += 600
  to.run(600)
  to.run(1_800)
  expect(to.spans()).toEqual([
    [0, 1, 1_800],
    [1, 2, 1_800],
  ])
})

test('of a time whose boundary was not seen the sum alone is known, and it is given to no half-hour', () => {
  const to = meter()
  to.run(60 + 1_200)
  to.pass(1_200_000)
  to.state.importWattHours += 1_200
  to.run(1_200)
  expect(to.spans()).toEqual([[0, 2, 3_600]])
  expect(spansOf(to.kept).some(isHalfHour)).toBe(false)
  to.run(1_800)
  expect(to.spans().at(-1)).toEqual([2, 3, 1_800])
})

test.each<[string, number, boolean]>([
  ['five seconds apart are a boundary', 5_000, true],
  ['more than that are none', 5_001, false],
])('readings around it that are %s', (_name, apart, isSeen) => {
  const to = meter()
  to.state.at = noon - 1_000
  to.take()
  to.take({}, noon - 1_000 + apart)
  expect(to.kept).toHaveLength(isSeen ? 1 : 0)
})

test('while the clock is contradicted no boundary is where it says', () => {
  const to = meter()
  to.run(60 + 1_000)
  to.state.isVouched = false
  to.run(1_000)
  to.state.isVouched = true
  to.run(1_600 + 1_800)
  expect(to.spans()).toEqual([
    [0, 2, 3_600],
    [2, 3, 1_800],
  ])
})

test.each<[string, (to: ReturnType<typeof meter>) => string | undefined, string]>([
  ['falls', (to) => to.take({ importWattHours: 900 }), 'RegisterFell'],
  ['of export falls', (to) => to.take({ exportWattHours: 49 }), 'RegisterFell'],
  ['jumps', (to) => to.take({ importWattHours: 100_000 }), 'RegisterJumped'],
])(
  'a register that %s ends what was counted, and nothing is invented in its place',
  (_name, wrong, doubt) => {
    const to = meter()
    to.run(60 + 600)
    to.pass(1_000)
    expect(wrong(to)).toBe(doubt)
    expect(to.kept.at(-1)).toMatchObject({ kind: 'break', doubt })
    // Once: what is broken already is not broken again.
    expect(to.take({ importWattHours: 0 })).toBe('RegisterFell')
    expect(to.kept.filter(({ kind }) => kind === 'break')).toHaveLength(1)
    to.state.importWattHours = 0
    to.run(1_799 - 600 + 2 * 1_800)
    expect(to.spans()).toEqual([
      [1, 2, 1_800],
      [2, 3, 1_800],
    ])
  },
)

test('that it broke outlives a loss of power, be what came later likely or not', () => {
  const to = meter()
  to.run(60 + 600)
  to.pass(1_000)
  expect(to.take({ importWattHours: 0 })).toBe('RegisterFell')
  to.die()
  to.run(1_199 + 1_800)
  expect(to.spans()).toEqual([[1, 2, 1_800]])
})

test('a number that was there before is passed over, unless it begins anew or the line does', () => {
  const to = meter()
  to.run(60 + 600)
  expect(to.take({ number: 5, importWattHours: 0 })).toBe('NumberRepeated')
  expect(to.take({ number: 5, importWattHours: 9_999_999 })).toBe('NumberRepeated')
  to.reconnect()
  expect(to.take({ number: 5 })).toBeUndefined()
  expect(to.take({ number: 0 })).toBeUndefined()
  to.run(1_200)
  expect(to.spans()).toEqual([[0, 1, 1_800]])
})

test('a clock that goes back counts no time twice; one that is set right by less than a second does', () => {
  const to = meter()
  to.run(60 + 1_800 + 10)
  to.state.at -= 900
  expect(to.take()).toBeUndefined()
  to.state.at -= 60_000
  expect(to.take()).toBe('ClockBack')
  to.run(1_900)
  // Half past twelve has been, and is not again.
  expect(to.kept.map(({ kind, at }) => [kind, (at - noon) / halfHourMillis])).toEqual([
    ['boundary', 0],
    ['boundary', 1],
    ['break', expect.any(Number)],
    ['boundary', 2],
  ])
  expect(to.spans()).toEqual([[0, 1, 1_800]])
})

test('what a clock said that was far ahead is withdrawn once the network agrees, and counted at its time', () => {
  const to = meter()
  to.run(60 + 1_800 + 600)
  const ahead = 365 * 48 * halfHourMillis
  to.state.at += ahead
  to.run(2 * 1_800)
  // Nothing says yet that it is wrong.
  expect(to.spans().at(-1)).toEqual([365 * 48 + 2, 365 * 48 + 3, 1_800])
  to.state.at -= ahead
  expect(to.take()).toBe('ClockBack')
  // The half-hours until then are for nobody to count, until it is known which of the two is wrong.
  to.run(1_800)
  expect(to.kept.at(-1)).toMatchObject({ kind: 'break', doubt: 'ClockBack' })
  expect(to.agree()).toBe('ClockAhead')
  expect(to.spans()).toEqual([[0, 1, 1_800]])
  to.die()
  to.run(2 * 1_800)
  expect(to.spans()).toEqual([
    [0, 1, 1_800],
    [5, 6, 1_800],
  ])
  // One that is right withdraws nothing.
  expect(to.agree()).toBeUndefined()
})

test('a clock that fell back and is right again withdraws nothing, and counts on', () => {
  const to = meter()
  to.run(60 + 1_800 + 600)
  to.state.at -= 365 * 48 * halfHourMillis
  expect(to.take()).toBe('ClockBack')
  to.run(1_800)
  to.state.at += 365 * 48 * halfHourMillis
  expect(to.take()).toBeUndefined()
  expect(to.agree()).toBeUndefined()
  to.run(2 * 1_800)
  expect(to.spans()).toEqual([
    [0, 1, 1_800],
    [3, 4, 1_800],
  ])
})

test('whatever is lost, repeated and restarted, what is counted is what passed, and no time is there twice', () => {
  for (let seed = 0; seed < 8; seed++) {
    const entropy = seeded(`settlement ${seed}`)
    const to = meter()
    const truth = new Map<number, number>()
    for (let step = 0; step < 3 * 3_600; step += 3) {
      to.state.at += 3_000
      to.state.importWattHours += entropy.below(7)
      if (to.state.at % halfHourMillis === 0) truth.set(to.state.at, to.state.importWattHours)
      const chance = entropy.below(400)
      if (chance === 0) to.die()
      else if (chance === 1) to.reconnect()
      if (chance > 20) to.take()
    }
    let until: Instant | number = 0
    for (const span of spansOf(to.kept)) {
      expect(span.from).toBeGreaterThanOrEqual(until)
      ;({ until } = span)
      const [before = 0, after = 0] = [truth.get(span.from), truth.get(span.until)]
      // At most what passed in the seconds that a boundary's reading may come late.
      expect(Math.abs(span.importWattHours - (after - before))).toBeLessThanOrEqual(14)
    }
    expect(until).toBeGreaterThan(0)
  }
})

test('a reading is read as it was written, and what is none is none', () => {
  const reading = { number: 7, importWattHours: 123_456_789_012, exportWattHours: 0 }
  const bytes = encodeReading(reading)
  expect(decodeReading(bytes)).toEqual(reading)
  const most = { number: 0xffff_ffff, importWattHours: 0, exportWattHours: Number.MAX_SAFE_INTEGER }
  expect(decodeReading(encodeReading(most))).toEqual(most)
  for (const wrong of [
    bytes.slice(1),
    Uint8Array.of(...bytes, 0),
    bytes.with(0, 1),
    bytes.with(5, 0x80),
    new Uint8Array(),
  ])
    expect(decodeReading(wrong)).toBeUndefined()
})
