import { expect, test } from 'vitest'
import { openHalfHours } from './half-hours.ts'
import { memoryJournal } from './topics.fixture.ts'

const halfHour = 1_800_000
const at = (count: number) => 1_000_000 * halfHour + count * halfHour

test('half-hours are held by home and in the order of time, the last word of each, after a restart too', () => {
  const journal = memoryJournal()
  const halfHours = openHalfHours(journal)
  halfHours.take('one', { from: at(2), wattHours: [30, 40] })
  halfHours.take('one', { from: at(0), wattHours: [10, 20, 33] })
  // Brought again, after a stop in between.
  halfHours.take('one', { from: at(0), wattHours: [10, 20, 33] })
  const expected = [10, 20, 33, 40].map((wattHours, i) => ({ from: at(i), wattHours }))
  for (const each of [halfHours, openHalfHours(journal)]) {
    expect(each.of('one')).toEqual(expected)
    expect(each.of('two')).toEqual([])
  }
})

test('so many are held and no more, and an instant between half-hours moves none of them', () => {
  const journal = memoryJournal(20)
  const halfHours = openHalfHours(journal)
  for (let day = 0; day < 15; day++)
    halfHours.take('one', { from: at(day * 48) + 7, wattHours: Array<number>(48).fill(day) })
  for (const each of [halfHours, openHalfHours(journal)]) {
    expect(each.of('one')).toHaveLength(480)
    expect(each.of('one')[0]).toEqual({ from: at(5 * 48), wattHours: 5 })
  }
})
