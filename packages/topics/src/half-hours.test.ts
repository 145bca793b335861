import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { openHalfHours } from './half-hours.ts'
import { memoryJournal } from './topics.fixture.ts'

const halfHour = 1_800_000
const at = (count: number) => 1_000_000 * halfHour + count * halfHour

/** Ten days are kept of what was said until so many half-hours later. */
function keeping(journal = memoryJournal()) {
  const world = { now: at(0) }
  const open = () => openHalfHours(journal, { days: 10, clock: { now: () => instant(world.now) } })
  return { world, journal, open }
}

test('half-hours are held by home and in the order of time, the last word of each, after a restart too', () => {
  const { world, open } = keeping()
  world.now = at(4)
  const halfHours = open()
  halfHours.take('one', { from: at(2), wattHours: [30, 40] })
  halfHours.take('one', { from: at(0), wattHours: [10, 20, 33] })
  // Brought again, after a stop in between.
  halfHours.take('one', { from: at(0), wattHours: [10, 20, 33] })
  const expected = [10, 20, 33, 40].map((wattHours, i) => ({ from: at(i), wattHours }))
  for (const each of [halfHours, open()]) {
    expect(each.of('one')).toEqual(expected)
    expect(each.of('two')).toEqual([])
  }
})

test('so many days are held and no more, and an instant between half-hours moves none of them', () => {
  const { world, open } = keeping(memoryJournal(20))
  const halfHours = open()
  for (let day = 0; day < 15; day++) {
    world.now = at((day + 1) * 48)
    halfHours.take('one', { from: at(day * 48) + 7, wattHours: Array<number>(48).fill(day) })
  }
  for (const each of [halfHours, open()]) {
    expect(each.of('one')).toHaveLength(480)
    expect(each.of('one')[0]).toEqual({ from: at(5 * 48), wattHours: 5 })
  }
})

test('what has become too old is given to nobody, and is taken off the disk, also of a home that is told of no more', () => {
  const { world, journal, open } = keeping()
  world.now = at(2)
  const halfHours = open()
  halfHours.take('one', { from: at(0), wattHours: [10] })
  halfHours.take('two', { from: at(1), wattHours: [20] })
  world.now = at(481)
  expect(halfHours.of('one')).toEqual([])
  expect(halfHours.of('two')).toHaveLength(1)
  expect(JSON.stringify(journal.entries())).toContain('one')
  halfHours.forget()
  expect(journal.entries()).toEqual([
    { home: 'two', consumption: { from: at(1), wattHours: [20] } },
  ])
  world.now = at(482)
  halfHours.forget()
  expect(journal.entries()).toEqual([])
})

test.each([
  ['HalfHourNotOver', { from: at(1), wattHours: [10, 10] }],
  ['HalfHourNotOver', { from: at(1_000_000), wattHours: [10] }],
  ['HalfHourOld', { from: at(-480), wattHours: [10] }],
  ['EnergyInvalid', { from: at(0), wattHours: [10, -1] }],
  ['EnergyInvalid', { from: at(0), wattHours: [1_000_001] }],
])('%s: such half-hours displace nothing that is held', (reason, consumption) => {
  const { world, open } = keeping()
  world.now = at(2)
  const halfHours = open()
  expect(halfHours.take('one', { from: at(0), wattHours: [10] }).ok).toBe(true)
  expect(halfHours.take('one', consumption)).toMatchObject({ ok: false, reason })
  for (const each of [halfHours, open()])
    expect(each.of('one')).toEqual([{ from: at(0), wattHours: 10 }])
})
