import type { Load, SealHead, Topic } from '@interlock/contract'
import { expect, test } from 'vitest'
import { openHeard, type Heard } from './heard.ts'
import { memoryJournal } from './topics.fixture.ts'

const topicOf = (id: string): Topic => ({ region: 'eastern', feeder: 'f1', kind: 'load', id })
const said = (seq: number, author = 'acacia', id = 'one', watts = seq) => ({
  topic: topicOf(id),
  head: { seq, author } as unknown as SealHead,
  payload: { at: seq, watts, chargers: 3 },
})
const wattsOf = (heard: Heard<Load>, id = 'one') =>
  heard.of(topicOf(id)).map(({ payload }) => payload.watts)

test('each message is taken once, over a restart too, and one that comes late stands in its place', () => {
  const journal = memoryJournal()
  const first = openHeard<Load>(journal, 100)
  expect([1, 3, 2].map((seq) => first.take(said(seq)))).toEqual([true, true, true])
  expect(first.take(said(3, 'acacia', 'one', 9))).toBe(false)
  const second = openHeard<Load>(journal, 100)
  expect(second.take(said(2))).toBe(false)
  expect(wattsOf(second)).toEqual([1, 2, 3])
})

test('the sequences of another author, or of another topic, are others', () => {
  const heard = openHeard<Load>(memoryJournal(), 100)
  expect(heard.take(said(1))).toBe(true)
  expect(heard.take(said(1, 'birch', 'one', 5))).toBe(true)
  expect(heard.take(said(1, 'acacia', 'two', 7))).toBe(true)
  expect(wattsOf(heard)).toEqual([1, 5])
  expect(wattsOf(heard, 'two')).toEqual([7])
})

test('so many are kept of each, and what is older still is not taken again', () => {
  const journal = memoryJournal(25)
  const heard = openHeard<Load>(journal, 10)
  for (let seq = 2; seq <= 60; seq++) heard.take(said(seq))
  expect([1, 20].map((seq) => heard.take(said(seq)))).toEqual([false, false])
  expect(wattsOf(heard)).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60])
  expect(journal.entries().length).toBeLessThan(40)
  expect(wattsOf(openHeard<Load>(journal, 10))).toHaveLength(10)
})

test('of a topic that there is no ground for any more nothing is held, nor kept on the disk', () => {
  const journal = memoryJournal()
  const heard = openHeard<Load>(journal, 100)
  for (const id of ['one', 'two']) heard.take(said(1, 'acacia', id))
  heard.drop(topicOf('one'))
  expect([wattsOf(heard), wattsOf(heard, 'two')]).toEqual([[], [1]])
  expect(journal.entries()).toMatchObject([{ topic: 'ev/eastern/f1/load/two' }])
})
