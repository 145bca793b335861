import type { SealHead, Topic } from '@interlock/contract'
import { eui64, Fault, inHours, instant } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { keepProofs, openProofs, proofOf, type Proof } from './proofs.ts'
import { memoryJournal } from './topics.fixture.ts'

const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'consumption', id: 'one' }
const disclosure = { head: 'h', commitment: 'c', signature: 's' }
const said = (seq: number, at: number) => ({
  topic,
  disclosure,
  head: { author: eui64('02-00-00-00-00-00-00-01'), seq, iat: at } as unknown as SealHead,
})
const world = { now: instant(inHours(24 * 100)) }
const clock = { now: () => world.now }

test('a proof is kept as long as what it proves, and found by topic and number', () => {
  const journal = memoryJournal()
  const kept = (): readonly Proof[] => journal.entries() as readonly Proof[]
  const proofs = openProofs(journal, { days: 10, clock })
  proofs.keep(said(1, world.now - inHours(24 * 9)))
  proofs.keep(said(2, world.now))
  // What its author has not signed can be proved to nobody.
  proofs.keep({ ...said(3, world.now), disclosure: undefined })
  expect(kept().map(({ seq }) => seq)).toEqual([1, 2])
  expect(proofOf(kept(), topic, 1)).toMatchObject({ disclosure })
  expect(proofOf(kept(), { ...topic, id: 'two' }, 1)).toBeUndefined()
  world.now = instant(world.now + inHours(48))
  proofs.close()
  // As an actor keeps them: what is too old goes at its start, and each day.
  const due: (() => void)[] = []
  const daily = {
    now: clock.now,
    after: (_: unknown, __: string, work: () => unknown) => {
      due.push(() => void work())
      return { cancel: () => {} }
    },
  }
  keepProofs(journal, { days: 10, clock: daily, label: 'proofs' })
  expect(kept().map(({ seq }) => seq)).toEqual([2])
  world.now = instant(world.now + inHours(24 * 10))
  due[0]?.()
  expect([kept(), due.length]).toEqual([[], 2])
})

test('so many are kept and no more: the oldest go first', () => {
  const journal = memoryJournal(4)
  const proofs = openProofs(journal, { days: 10, max: 3, clock })
  for (let seq = 1; seq <= 12; seq++) proofs.keep(said(seq, world.now))
  const held = (journal.entries() as readonly Proof[]).map(({ seq }) => seq)
  expect(held).toEqual([10, 11, 12])
})

test('a day on which the disk is full is not the last on which what is too old goes', async () => {
  const journal = memoryJournal()
  const disk = { full: false }
  const rewrite = (entries: readonly unknown[]): void => {
    if (disk.full) throw new Fault('DiskFull', 'no space left')
    journal.rewrite(entries)
  }
  const daily = testClock(world.now)
  const kept = { days: 1, clock: daily, label: 'proofs' }
  const proofs = keepProofs({ ...journal, rewrite }, kept)
  proofs.keep(said(1, daily.now()))
  await daily.advance(inHours(24))
  disk.full = true
  await expect(daily.advance(inHours(24))).rejects.toMatchObject({ code: 'DiskFull' })
  expect(journal.entries()).toHaveLength(1)
  disk.full = false
  await daily.advance(inHours(24))
  expect(journal.entries()).toEqual([])
  proofs.close()
})
