import type { Topic } from '@interlock/contract'
import { instant, ok, refused } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createMemberships } from './memberships.ts'

const topicOf = (id: string): Topic => ({ region: 'eastern', feeder: 'f1', kind: 'load', id })

/** How often each topic is asked for when one looks every second. */
async function asked(answer: (topic: Topic, count: number) => boolean, seconds: number) {
  let now = instant(1_000)
  const times: number[] = []
  const memberships = createMemberships({ now: () => now })
  memberships.add(topicOf('one'))
  memberships.add(topicOf('one'))
  const exchange = {
    join(topic: Topic) {
      times.push((now - 1_000) / 1_000)
      return Promise.resolve(answer(topic, times.length) ? ok(undefined) : refused('JoinNoGround'))
    },
  }
  for (let second = 0; second <= seconds; second++) {
    now = instant(1_000 + second * 1_000)
    await memberships.ask(exchange)
  }
  return { times, memberships }
}

test('it is a member of what it was taken into, until it is refused', async () => {
  for (const isTaken of [true, false]) {
    const { memberships } = await asked(() => isTaken, 1)
    expect(memberships.has(topicOf('one'))).toBe(isTaken)
  }
  const { memberships } = await asked((_, count) => count === 1, 300)
  expect(memberships.has(topicOf('one'))).toBe(false)
})

test('a member whose next key is withheld stays one; whoever never had a key is none', async () => {
  for (const [first, isMember] of [
    [ok(undefined), true],
    [refused('SealEpochUnknown'), false],
  ] as const) {
    let now = instant(0)
    const answers = [first, refused('SealEpochUnknown')]
    const memberships = createMemberships({ now: () => now })
    memberships.add(topicOf('one'))
    for (const seconds of [1, 400]) {
      now = instant(seconds * 1_000)
      await memberships.ask({ join: () => Promise.resolve(answers.shift() ?? first) })
    }
    expect(answers).toEqual([])
    expect(memberships.has(topicOf('one'))).toBe(isMember)
  }
})

test('whoever is refused asks again, ever less often, and at least once a minute', async () => {
  const { times } = await asked(() => false, 250)
  expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243])
})

test('a member asks again every five minutes, for it may have been dismissed meanwhile', async () => {
  const { times } = await asked(() => true, 700)
  expect(times).toEqual([0, 300, 600])
})

test('a member that was dismissed is back within a minute of its consent', async () => {
  const { times } = await asked((_, count) => count !== 2, 700)
  expect(times).toEqual([0, 300, 301, 601])
})

test('after a new beginning all are asked for again; what was never asked for is none of ours', async () => {
  const { memberships } = await asked(() => true, 1)
  memberships.lapse()
  const again: string[] = []
  await memberships.ask({
    join: ({ id }) => Promise.resolve(ok(void again.push(id))),
  })
  expect(again).toEqual(['one'])
  expect(memberships.has(topicOf('one'))).toBe(true)
  expect(memberships.has(topicOf('two'))).toBe(false)
})

test('it says from when on it is a member, where it was not from its start', async () => {
  const { memberships: atOnce } = await asked(() => true, 1)
  expect(atOnce.since(topicOf('one'))).toBe(0)
  const { memberships: later } = await asked((_, count) => count > 1, 1)
  expect(later.since(topicOf('one'))).toBe(2_000)
})

test('that there is no ground is told at each refusal for it, and at no other', async () => {
  let now = instant(0)
  const told: string[] = []
  const answers = [ok(undefined), refused('JoinFull'), refused('JoinNoGround'), ok(undefined)]
  const memberships = createMemberships({ now: () => now }, ({ id }) => void told.push(id))
  memberships.add(topicOf('one'))
  const counts: number[] = []
  while (answers.length > 0) {
    now = instant(now + 400_000)
    await memberships.ask({ join: () => Promise.resolve(answers.shift() ?? ok(undefined)) })
    counts.push(told.length)
  }
  expect(counts).toEqual([0, 0, 1, 1])
})
