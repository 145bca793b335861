import { limits } from '@interlock/contract'
import { millis } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { at } from './data.fixture.ts'
import { follow, followFrom, isSilent, type Followed, type FollowStep } from './follow.ts'

const head = (seq: number, epoch?: number) => ({
  seq,
  iat: at(seq),
  ...(epoch === undefined ? {} : { epoch }),
})
const start = followFrom(0, at(0))

function taken(from: Followed, ...heads: Parameters<typeof follow>[1][]): FollowStep {
  return heads.reduce<FollowStep>(
    ({ followed }, each) => {
      const step = follow(followed, each)
      if (!step.ok) throw new Error(step.reason)
      return step.value
    },
    { followed: from },
  )
}

test('messages in their order are taken without a finding', () => {
  const { followed, finding } = taken(start, head(1), head(2), head(3))
  expect(finding).toBeUndefined()
  expect(followed).toEqual({ last: 3, epoch: 0, missing: [], saidAt: at(3) })
})

test('a message that comes again is refused, however late', () => {
  const { followed } = taken(start, head(1), head(2))
  expect(follow(followed, head(2))).toMatchObject({ reason: 'SealRepeated' })
  expect(follow(followed, head(1))).toMatchObject({ reason: 'SealRepeated' })
})

test('an author that gives its numbers again is told from a carrier that repeats', () => {
  const { followed } = taken(start, head(1), head(2), head(3))
  // Its outbox is that of yesterday: it had come to 1, and goes on.
  const anew = { seq: 2, iat: at(9) }
  expect(follow(followed, anew)).toMatchObject({ reason: 'SealReused', detail: '2' })
  expect(follow(followed, head(2))).toMatchObject({ reason: 'SealRepeated' })
})

test('a number given again is known before a reader was brought its first message', () => {
  // It joined at 41, and so was told of no gap before; 20 sealed now is no late one.
  const joined = followFrom(41, at(41))
  expect(follow(joined, { seq: 20, iat: at(50) })).toMatchObject({ reason: 'SealReused' })
  expect(follow(joined, { seq: 41, iat: at(42) })).toMatchObject({ reason: 'SealReused' })
  // The control: sealed before it joined, either comes late and is taken.
  for (const seq of [20, 41]) expect(taken(joined, head(seq)).finding?.reason).toBe('SealReordered')
})

test('what is missing is told, and what of it comes late is taken once', () => {
  const gap = taken(start, head(1), head(5))
  expect(gap.finding).toEqual({ reason: 'SealGap', missing: { from: 2, to: 4 } })
  const late = taken(gap.followed, head(3))
  expect(late.finding).toEqual({ reason: 'SealReordered' })
  expect(late.followed.missing).toEqual([
    { from: 2, to: 2 },
    { from: 4, to: 4 },
  ])
  expect(follow(late.followed, head(3))).toMatchObject({ reason: 'SealRepeated' })
  expect(taken(late.followed, head(2), head(4)).followed.missing).toEqual([])
})

test('an author that has moved on to an epoch does not go back, but for what was missing', () => {
  const { followed } = taken(start, head(1, 1), head(3, 2))
  expect(follow(followed, head(4, 1))).toMatchObject({ reason: 'SealEpochBack' })
  expect(follow(followed, head(2, 1))).toMatchObject({ ok: true })
})

test('a reader that joined later is told of no gap before, and takes what of that comes late, once', () => {
  const joined = taken(followFrom(41, at(0)), head(42))
  expect(joined.finding).toBeUndefined()
  const late = taken(joined.followed, head(41))
  expect(late.finding).toEqual({ reason: 'SealReordered' })
  expect(follow(late.followed, head(41))).toMatchObject({ reason: 'SealRepeated' })
  expect(follow(late.followed, head(42))).toMatchObject({ reason: 'SealRepeated' })
})

test('an author is silent when what it said last is too old, however late that was delivered', () => {
  const { followed } = taken(start, head(1))
  expect(isSilent(followed, millis(60_000), at(61))).toBe(false)
  expect(isSilent(followed, millis(60_000), at(62))).toBe(true)
  // Releasing what was held back does not pass for speaking now.
  const gap = taken(followed, head(3))
  expect(isSilent(taken(gap.followed, head(2)).followed, millis(60_000), at(64))).toBe(true)
})

test('whatever a carrier drops, repeats and reorders, each is taken once and each loss is known', () => {
  const deliveries = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 120 })
  fc.assert(
    fc.property(deliveries, (sequence) => {
      const accepted: number[] = []
      let followed = start
      for (const seq of sequence) {
        const step = follow(followed, head(seq))
        if (!step.ok) {
          expect(step.reason).toBe('SealRepeated')
          expect(accepted).toContain(seq)
          continue
        }
        accepted.push(seq)
        followed = step.value.followed
      }
      expect(new Set(accepted).size).toBe(accepted.length)
      const known = followed.missing.flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, i) => from + i),
      )
      const lost = Array.from({ length: followed.last }, (_, i) => i + 1).filter(
        (seq) => !accepted.includes(seq),
      )
      expect(known).toEqual(lost)
    }),
  )
})

test('a carrier cannot make a reader remember without end', () => {
  let followed = start
  for (let seq = 2; seq < 1_000; seq += 2) followed = taken(followed, head(seq)).followed
  expect(followed.missing).toHaveLength(limits.sealGapsMax)
  expect(follow(followed, head(1))).toMatchObject({ reason: 'SealRepeated' })
})
