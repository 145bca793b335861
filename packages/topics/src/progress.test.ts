import { position } from '@interlock/bus'
import { instant } from '@interlock/kernel'
import { followFrom } from '@interlock/seal'
import { expect, test } from 'vitest'
import { openProgress } from './progress.ts'
import { memoryJournal } from './topics.fixture.ts'

const author = (id: string): string => `ev/eastern/f1/reading/${id} ${id}`
const followed = (last: number) => followFrom(last, instant(last))

test('a reader goes on where it was, with each author, after a restart', () => {
  const journal = memoryJournal()
  const progress = openProgress(journal)
  expect([progress.position, progress.all.size]).toEqual([0, 0])
  progress.save(position(3), author('one'), followed(1))
  progress.save(position(4), author('two'), followed(7))
  // What was not taken is passed over as well.
  progress.save(position(5))
  const after = openProgress(journal)
  expect(after.position).toBe(5)
  expect(after.of(author('one'))).toEqual(followed(1))
  expect(after.of(author('two'))).toEqual(followed(7))
  expect(after.of(author('three'))).toBeUndefined()
})

test('a journal that is written anew says the same in fewer words', () => {
  const journal = memoryJournal(5)
  const progress = openProgress(journal)
  for (let at = 1; at <= 23; at++) progress.save(position(at), author(`${at % 2}`), followed(at))
  progress.save(position(24))
  expect(journal.entries().length).toBeLessThan(9)
  const after = openProgress(journal)
  expect(after.position).toBe(24)
  expect([...after.all.keys()].toSorted()).toEqual([author('0'), author('1')])
  expect(after.of(author('1'))).toEqual(followed(23))
  expect(after.of(author('0'))).toEqual(followed(22))
})

test('what waits is written down with the next that can be, where the disk was full', () => {
  const journal = memoryJournal()
  let isFull = true
  const append = (entry: unknown): void => {
    if (isFull) throw new Error('no space left')
    journal.append(entry)
  }
  const progress = openProgress({ ...journal, append })
  progress.wait([position(1)])
  expect(() => progress.save(position(1))).toThrow('no space left')
  isFull = false
  progress.save(position(2))
  expect(openProgress(journal)).toMatchObject({ position: 2, waiting: [1], readFrom: 0 })
})

test('without a journal a reader begins anew', () => {
  const progress = openProgress()
  progress.save(position(9), author('one'), followed(1))
  expect(progress.position).toBe(9)
  expect(openProgress().position).toBe(0)
})
