import { inMinutes, instant } from '@interlock/kernel'
import { memoryJournal } from '@interlock/topics/topics.fixture'
import { expect, test } from 'vitest'
import { reporting, toldSets } from './reports.fixture.ts'

const at = instant(1_800_000_000_000)
const later = instant(at + inMinutes(60 * 24 * 30))

test('a journal of very many sets opens, and what is old in it is no longer kept', () => {
  const journal = memoryJournal()
  const sets = toldSets(journal)
  const all = Array.from({ length: 8 }, (_, i) => reporting(i + 1, 0).record.eui)
  expect(sets.admit('F-1', at, all)).toBe(true)
  const [entry] = journal.entries()
  const many = Array.from({ length: 200_000 }, () => entry)
  let rewritten: readonly unknown[] = []
  const long = {
    ...journal,
    entries: () => many,
    isLong: true,
    rewrite: (entries: readonly unknown[]) => void (rewritten = entries),
  }
  const again = toldSets(long)
  // Of that time none but these may be told of.
  expect(again.admit('F-1', at, all.slice(1))).toBe(false)
  expect(again.admit('F-1', later, all)).toBe(true)
  expect(rewritten).toHaveLength(1)
})
