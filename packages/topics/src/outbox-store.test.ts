import type { Topic } from '@interlock/contract'
import { instant } from '@interlock/kernel'
import { follow, followFrom, type Followed } from '@interlock/seal'
import { expect, test } from 'vitest'
import { journalOutbox } from './outbox-store.ts'
import { memoryJournal } from './topics.fixture.ts'

const topicOf = (id: string): Topic => ({ region: 'eastern', feeder: 'f1', kind: 'reading', id })
const [one, two] = [topicOf('one'), topicOf('two')]
const never = { now: () => instant(0) }
const unsent = (topic: Topic, sequence: number) => ({
  topic,
  sequence,
  message: { head: `head ${sequence}`, body: 'b' },
})

test('a sequence is used once, also after a restart', () => {
  const journal = memoryJournal()
  const outbox = journalOutbox(journal, never)
  expect(outbox.lastOf(one)).toBe(0)
  outbox.sealed(unsent(one, 1))
  outbox.sealed(unsent(one, 2))
  outbox.sealed(unsent(two, 1))
  outbox.settled(one, 2)
  expect([outbox.lastOf(one), outbox.lastOf(two)]).toEqual([2, 1])
  const after = journalOutbox(journal, never)
  expect([after.lastOf(one), after.lastOf(two)]).toEqual([2, 1])
})

test('after a restart it is still known what was sealed before, sent or not', () => {
  const journal = memoryJournal()
  const outbox = journalOutbox(journal, never)
  for (const sequence of [1, 2]) outbox.sealed(unsent(one, sequence))
  outbox.settled(one, 1)
  expect(journalOutbox(journal, never).headsBefore()).toEqual(['head 1', 'head 2'])
})

test('after a restart there is to be sent what was sealed and not settled, in its order, as it was', () => {
  const journal = memoryJournal()
  const outbox = journalOutbox(journal, never)
  for (const sequence of [1, 2, 3]) outbox.sealed(unsent(one, sequence))
  outbox.sealed(unsent(two, 1))
  outbox.settled(one, 1)
  expect(journalOutbox(journal, never).unsent).toMatchObject([
    unsent(one, 2),
    unsent(one, 3),
    unsent(two, 1),
  ])
})

test('a journal that is written anew says the same in fewer words', () => {
  const journal = memoryJournal(4)
  const outbox = journalOutbox(journal, never)
  for (let sequence = 1; sequence <= 20; sequence++) {
    outbox.sealed(unsent(one, sequence))
    if (sequence < 20) outbox.settled(one, sequence)
  }
  outbox.sealed(unsent(two, 1))
  outbox.settled(two, 1)
  expect(journal.entries().length).toBeLessThan(8)
  const after = journalOutbox(journal, never)
  expect([after.lastOf(one), after.lastOf(two)]).toEqual([20, 1])
  expect(after.unsent.map(({ sequence }) => sequence)).toEqual([20])
})

test('an author whose outbox is lost is heard again, and what it said before is not taken a second time', () => {
  const before = journalOutbox(memoryJournal(), { now: () => instant(1_000_000) })
  const said = [1, 2, 3].map(() => {
    const sequence = before.lastOf(one) + 1
    before.sealed(unsent(one, sequence))
    return { seq: sequence, iat: sequence }
  })
  let followed: Followed = followFrom((said[0]?.seq ?? 0) - 1, instant(0))
  for (const head of said) {
    const step = follow(followed, head)
    if (!step.ok) throw new Error(step.reason)
    followed = step.value.followed
  }
  // The disk is new; the reader is the same, and whoever carries brings again what it has kept.
  const anew = journalOutbox(memoryJournal(), { now: () => instant(1_060_000) })
  const seq = anew.lastOf(one) + 1
  const heard = follow(followed, { seq, iat: seq })
  expect(heard).toMatchObject({ ok: true, value: { finding: { reason: 'SealGap' } } })
  if (!heard.ok) throw new Error(heard.reason)
  for (const head of said)
    expect(follow(heard.value.followed, head)).toMatchObject({ reason: 'SealRepeated' })
  // The control: one that began at one again would be refused for ever.
  expect(follow(followed, { seq: 1, iat: seq })).toMatchObject({ reason: 'SealReused' })
})

test('an author whose outbox was restored from an old copy is refused by its readers, and heard again without that copy', () => {
  const [journal, copy] = [memoryJournal(), memoryJournal()]
  const begun = { now: () => instant(1_000_000) }
  const outbox = journalOutbox(journal, begun)
  let followed: Followed = followFrom(outbox.lastOf(one), instant(0))
  for (let said = 0; said < 3; said++) {
    const sequence = outbox.lastOf(one) + 1
    outbox.sealed(unsent(one, sequence))
    if (said === 0) copy.rewrite(journal.entries())
    const step = follow(followed, { seq: sequence, iat: sequence })
    if (!step.ok) throw new Error(step.reason)
    followed = step.value.followed
  }
  const later = { now: () => instant(1_060_000) }
  const next = (of: typeof journal) => ({
    seq: journalOutbox(of, later).lastOf(one) + 1,
    iat: 1_060_000,
  })
  expect(follow(followed, next(copy))).toMatchObject({ reason: 'SealReused' })
  expect(follow(followed, next(memoryJournal()))).toMatchObject({ ok: true })
})
