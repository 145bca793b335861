import { euiFromBytes, instant, u64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  newPublication,
  openRows,
  publish,
  withdraw,
  type Contribution,
  type OpenDataRules,
} from './open-data.ts'

const hour = 3_600_000
const rules: OpenDataRules = {
  groupMin: 5,
  shareMax: 0.5,
  periodMillis: 24 * hour,
  delayMillis: 48 * hour,
  keepMillis: 365 * 24 * hour,
  stepWattHours: 1_000,
}
const day = Date.parse('2026-01-12T00:00:00Z')
const due = instant(day + 72 * hour)
const stationAt = (index: number) => euiFromBytes(u64(BigInt(index + 1)))
/** Stations 0 … `count`−1, each with what `wattHours` says, at some time of the day. */
const group = (count: number, wattHours = (index: number) => 4_000 + index): Contribution[] =>
  Array.from({ length: count }, (_, index) => ({
    station: stationAt(index),
    place: 'north',
    from: instant(day + index * hour),
    wattHours: wattHours(index),
  }))
const rowsOf = (contributions: readonly Contribution[], now = due) =>
  openRows(publish(newPublication, contributions, rules, now))

test('a group large enough is told, coarse in time, energy and number', () => {
  expect(rowsOf(group(7))).toEqual([
    {
      place: 'north',
      from: day,
      until: day + 24 * hour,
      stations: 5,
      wattHours: 28_000,
    },
  ])
})

test.each([
  ['too few stations', group(4)],
  ['as many intervals, of too few stations', [...group(4), ...group(4)]],
  ['one of them is most of it', group(6, (index) => (index === 0 ? 90_000 : 4_000))],
  ['one of them gives back most of it', group(6, (index) => (index === 0 ? -90_000 : 4_000))],
  ['as many, in two places', group(8).map((each, at) => ({ ...each, place: at % 2 ? 'a' : 'b' }))],
])('not told: %s', (_, contributions) => {
  expect(rowsOf(contributions)).toEqual([])
})

test('a period is told when it is over and the delay has passed, and not for ever', () => {
  expect(rowsOf(group(7), instant(due - 1))).toEqual([])
  expect(rowsOf(group(7), due)).toHaveLength(1)
  const old = instant(day + rules.keepMillis + 1)
  expect(rowsOf(group(7), old)).toEqual([])
  expect(openRows(publish(publish(newPublication, group(7), rules, due), [], rules, old))).toEqual(
    [],
  )
})

test('a row is told once: with one station more it would tell that station', () => {
  const first = publish(newPublication, group(7), rules, due)
  const again = publish(first, group(8), rules, due)
  expect(openRows(again)).toEqual(openRows(first))
  // Told anew, the difference would be near the eighth one's energy.
  const [before, after] = [rowsOf(group(7)), rowsOf(group(8))].map(
    (rows) => rows[0]?.wattHours ?? 0,
  )
  expect((after ?? 0) - (before ?? 0)).toBe(4_000)
  const tooFew = publish(newPublication, group(4), rules, due)
  expect(openRows(publish(tooFew, group(7), rules, due))).toEqual([])
})

test('who withdraws is in no row from then on, and its rows are taken down and not told without it', () => {
  const south = group(6).map((each, at) => ({
    ...each,
    station: stationAt(20 + at),
    place: 'south',
  }))
  const told = publish(newPublication, [...group(7), ...south], rules, due)
  const less = withdraw(told, stationAt(3), { from: instant(day), until: due })
  expect(openRows(less).map((row) => row.place)).toEqual(['south'])
  expect(openRows(publish(less, group(7), rules, due)).map((row) => row.place)).toEqual(['south'])
  const at = (days: number) =>
    group(7).map((each) => ({ ...each, from: instant(each.from + days * 24 * hour) }))
  const after = (days: number) =>
    openRows(publish(less, at(days), rules, instant(due + days * 24 * hour))).at(-1)
  expect(after(2)).toMatchObject({ place: 'north', stations: 5, wattHours: 24_000 })
  // Whoever agrees at that station later is in rows of later periods.
  expect(after(3)).toMatchObject({ place: 'north', stations: 5, wattHours: 28_000 })
})

test('what is withdrawn takes no row down of a time in which others agreed', () => {
  const told = publish(newPublication, group(7), rules, due)
  const other = { from: instant(day + 24 * hour), until: due }
  expect(openRows(withdraw(told, stationAt(3), other))).toHaveLength(1)
})
