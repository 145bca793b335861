import { limits, topicName, type HeadToldOf, type Topic } from '@interlock/contract'
import { instant } from '@interlock/kernel'
import { follow, followFrom, type Followed } from '@interlock/seal'
import { expect, test } from 'vitest'
import { createDemands } from './demands.ts'

const now = instant(1_800_000_000_000)
const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'reading', id: 'one' }
const author = '02-00-00-00-00-02-00-01'
const head = (first: number, last: number, lastAt: number = now): HeadToldOf => ({
  topic: topicName(topic),
  by: 'thumbprint',
  to: 'reader',
  at: now,
  signature: 'unread here',
  first,
  firstAt: now,
  last,
  lastAt,
})

/** A reader that joined in between and was brought these. */
function brought(...sequence: readonly number[]): Followed | undefined {
  const [first = 0] = sequence
  return sequence.length === 0
    ? undefined
    : sequence.reduce(
        (followed, seq) => {
          const step = follow(followed, { seq, iat: now })
          if (!step.ok) throw new Error(step.reason)
          return step.value.followed
        },
        followFrom(first - 1, now),
      )
}
function reader(since = 0) {
  let followed: Followed | undefined
  const demands = createDemands({ of: () => followed }, () => since)
  const look = (times: number) =>
    Array.from({ length: times }, () => demands.look(now)).flatMap((found) =>
      found.map(({ reason, detail }) => `${reason} ${detail}`),
    )
  return {
    told: (...its: Parameters<typeof head>) => demands.told(author, head(...its)),
    brings: (...sequence: readonly number[]) => void (followed = brought(...sequence)),
    look,
  }
}
const enough = limits.headLooksMax + 1

test.each([
  ['nothing', [], '1 to 4'],
  ['not the first', [2, 3, 4], '1 to 1'],
  ['not the last', [1, 2], '3 to 4'],
] as const)(
  'where the middleware brings %s, that is found, once and after a while',
  (_, some, detail) => {
    const one = reader()
    one.brings(...some)
    one.told(1, 4)
    expect(one.look(limits.headLooksMax)).toEqual([])
    expect(one.look(enough)).toEqual([`SealWithheld ${detail}`])
    // What comes all the same is over, and the next that is withheld is found again.
    one.brings(1, 2, 3, 4)
    expect(one.look(1)).toEqual([])
    one.told(1, 5)
    expect(one.look(enough)).toEqual(['SealWithheld 5 to 5'])
  },
)

test('what is brought in time, or in another order, is no finding', () => {
  const one = reader()
  one.brings(2, 1, 3)
  one.told(1, 3)
  expect(one.look(enough)).toEqual([])
  one.told(1, 4)
  one.look(1)
  one.brings(1, 2, 3, 4)
  expect(one.look(enough)).toEqual([])
})

test('an author that speaks on is not found withheld for what is always on its way', () => {
  const one = reader()
  for (let last = 1; last < 3 * enough; last++) {
    one.told(1, last)
    expect(one.look(1)).toEqual([])
    one.brings(...Array.from({ length: last }, (_, i) => i + 1))
  }
})

test('what lacks in between is a gap, and not found twice', () => {
  const one = reader()
  one.brings(1, 4)
  one.told(1, 4)
  one.told(2, 4)
  expect(one.look(enough)).toEqual([])
})

test('what has expired, or was passed over before it was wanted, is not missed', () => {
  const expired = reader()
  expired.told(1, 4, now - 7 * 24 * 3_600_000)
  expect(expired.look(enough)).toEqual([])
  const joined = reader(now)
  joined.told(1, 4)
  expect(joined.look(enough)).toEqual([])
  joined.told(1, 5, now + 1)
  expect(joined.look(enough)).toEqual(['SealWithheld 1 to 5'])
})
