import type { Topic } from '@interlock/contract'
import { expect, test } from 'vitest'
import { journalOutbox } from './outbox-store.ts'
import { memoryJournal } from './topics.fixture.ts'

const topicOf = (id: string): Topic => ({ region: 'eastern', feeder: 'f1', kind: 'reading', id })
const [one, two] = [topicOf('one'), topicOf('two')]
const unsent = (topic: Topic, sequence: number) => ({
  topic,
  sequence,
  message: { head: `head ${sequence}`, body: 'b' },
})

test('a sequence is used once, also after a restart', () => {
  const journal = memoryJournal()
  const outbox = journalOutbox(journal)
  expect(outbox.lastOf(one)).toBe(0)
  outbox.sealed(unsent(one, 1))
  outbox.sealed(unsent(one, 2))
  outbox.sealed(unsent(two, 1))
  outbox.settled(one, 2)
  expect([outbox.lastOf(one), outbox.lastOf(two)]).toEqual([2, 1])
  const after = journalOutbox(journal)
  expect([after.lastOf(one), after.lastOf(two)]).toEqual([2, 1])
})

test('after a restart there is to be sent what was sealed and not settled, in its order, as it was', () => {
  const journal = memoryJournal()
  const outbox = journalOutbox(journal)
  for (const sequence of [1, 2, 3]) outbox.sealed(unsent(one, sequence))
  outbox.sealed(unsent(two, 1))
  outbox.settled(one, 1)
  expect(journalOutbox(journal).unsent).toMatchObject([
    unsent(one, 2),
    unsent(one, 3),
    unsent(two, 1),
  ])
})

test('a journal that is written anew says the same in fewer words', () => {
  const journal = memoryJournal(4)
  const outbox = journalOutbox(journal)
  for (let sequence = 1; sequence <= 20; sequence++) {
    outbox.sealed(unsent(one, sequence))
    if (sequence < 20) outbox.settled(one, sequence)
  }
  outbox.sealed(unsent(two, 1))
  outbox.settled(two, 1)
  expect(journal.entries().length).toBeLessThan(8)
  const after = journalOutbox(journal)
  expect([after.lastOf(one), after.lastOf(two)]).toEqual([20, 1])
  expect(after.unsent.map(({ sequence }) => sequence)).toEqual([20])
})
