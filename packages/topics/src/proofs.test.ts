import type { SealHead, Topic } from '@interlock/contract'
import { eui64, Fault, inHours, instant } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { keepProofs, keptProofs, openProofs, proofOf, type Proof } from './proofs.ts'
import { memoryJournal } from './topics.fixture.ts'

const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'consumption', id: 'one' }
const disclosure = { head: 'h', commitment: 'c', signature: 's' }
const said = (seq: number, at: number) => ({
  topic,
  disclosure,
  head: { author: eui64('02-00-00-00-00-00-00-01'), seq, iat: at } as unknown as SealHead,
})
/** Files without a disk. */
function filesOf(journal = memoryJournal()) {
  const full = new Map<number, ReturnType<typeof memoryJournal>>()
  const open = (number: number) => {
    const file = full.get(number) ?? memoryJournal()
    full.set(number, file)
    return file
  }
  const numberIn = (file: string): number => Number(/-(\d+)/.exec(file)?.[1])
  return {
    journal,
    full: open,
    remove: (number: number) => void full.delete(number),
    /** Numbers of messages by file, the newest file first; and the files there are. */
    kept: () =>
      Array.from(
        keptProofs((file) =>
          file === 'proofs.journal' ? journal.entries() : open(numberIn(file)).entries(),
        ),
        (proofs) => proofs.map(({ seq }) => seq),
      ),
    numbers: () => [...full.keys()],
  }
}
const world = { now: instant(inHours(24 * 100)) }
const clock = { now: () => world.now }

test('a proof is kept as long as what it proves, and found by topic and number', () => {
  const journal = memoryJournal()
  const kept = (): readonly Proof[] => journal.entries() as readonly Proof[]
  const proofs = openProofs(filesOf(journal), { days: 10, clock })
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
  keepProofs(filesOf(journal), { days: 10, clock: daily, label: 'proofs' })
  expect(kept().map(({ seq }) => seq)).toEqual([2])
  world.now = instant(world.now + inHours(24 * 10))
  due[0]?.()
  expect([kept(), due.length]).toEqual([[], 2])
})

test('so many are kept, in files of which one at a time is in memory: the oldest go first', () => {
  const files = filesOf()
  const proofs = openProofs(files, { days: 10, max: 6, ofFileMax: 3, clock })
  for (let seq = 1; seq <= 13; seq++) proofs.keep(said(seq, world.now))
  expect(files.kept()).toEqual([[13], [10, 11, 12], [7, 8, 9]])
  expect(files.numbers()).toEqual([3, 4])
  // It goes on so after a restart.
  const again = openProofs(files, { days: 10, max: 6, ofFileMax: 3, clock })
  for (let seq = 14; seq <= 15; seq++) again.keep(said(seq, world.now))
  expect(files.kept()).toEqual([[], [13, 14, 15], [10, 11, 12]])
})

test('what is too old goes from files that are full as well, and a file with nothing left', () => {
  const files = filesOf()
  const proofs = openProofs(files, { days: 1, max: 100, ofFileMax: 2, clock })
  for (let seq = 1; seq <= 7; seq++) {
    proofs.keep(said(seq, world.now))
    world.now = instant(world.now + inHours(1))
  }
  world.now = instant(world.now + inHours(20))
  proofs.forget()
  expect(files.kept()).toEqual([[7], [5, 6], [4]])
  expect(files.numbers()).toEqual([2, 3])
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
  const proofs = keepProofs(filesOf({ ...journal, rewrite }), kept)
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

test('of a topic that there is no ground for any more no proof is kept, in no file', () => {
  const files = filesOf()
  const proofs = openProofs(files, { days: 10, ofFileMax: 2, clock })
  const other: Topic = { ...topic, id: 'two' }
  for (const seq of [1, 2, 3])
    for (const of of [topic, other]) proofs.keep({ ...said(seq, world.now), topic: of })
  proofs.drop(topic)
  expect(files.kept().flat()).toEqual([3, 2, 1])
  // What comes later follows on them.
  proofs.keep({ ...said(4, world.now), topic: other })
  expect(files.kept().flat()).toEqual([4, 3, 2, 1])
})

test('a file that has nothing left of a topic goes, and holds up nothing that is too old later', () => {
  const files = filesOf()
  const proofs = openProofs(files, { days: 1, max: 100, ofFileMax: 2, clock })
  const other: Topic = { ...topic, id: 'two' }
  for (const [seq, of] of [topic, topic, other, other, topic, topic, other].entries())
    proofs.keep({ ...said(seq + 1, world.now), topic: of })
  proofs.drop(topic)
  expect([files.kept(), files.numbers()]).toEqual([[[7], [3, 4]], [2]])
  // As an end before its list was written leaves a file.
  for (const seq of [8, 9, 10]) proofs.keep({ ...said(seq, world.now), topic: other })
  files.full(2).rewrite([])
  world.now = instant(world.now + inHours(24 * 10))
  proofs.forget()
  expect([files.kept(), files.numbers()]).toEqual([[[]], []])
})
