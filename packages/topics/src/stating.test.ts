import { limits, type SaidHead, type Topic } from '@interlock/contract'
import { instant, ok } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createStating } from './stating.ts'

const topicOf = (kind: Topic['kind'], id = 'one'): Topic => ({
  region: 'eastern',
  feeder: 'f1',
  kind,
  id,
})
const [load, reading] = [topicOf('load'), topicOf('reading')]
const at = instant(1_800_000_000_000)

function author() {
  let run = 'one'
  const requests: (readonly SaidHead[])[] = []
  const stating = createStating(
    {
      stateHeads(heads) {
        requests.push(heads)
        return Promise.resolve(ok(run))
      },
    },
    [],
  )
  return {
    ...stating,
    anew: () => void (run = 'two'),
    /** To whom and how far, of what is stated now. */
    async states(isAuthor = false) {
      requests.length = 0
      await stating.state(isAuthor)
      return requests.map((heads) => heads.map(({ to, first, last }) => [to, first, last]))
    },
  }
}

test('an author states what is new for each audience, and nothing twice', async () => {
  const one = author()
  one.said(reading, 1, at, { readers: ['a', 'b'] })
  one.said(reading, 2, at, { readers: ['a'] })
  one.said(topicOf('maskKey'), 7, at, {})
  expect(await one.states()).toEqual([
    [
      ['a', 1, 2],
      ['b', 1, 1],
      ['everyone', 7, 7],
    ],
  ])
  expect(await one.states()).toEqual([])
  // Who is in a group says that it is there.
  expect(await one.states(true)).toEqual([[]])
})

test('a key server that began anew is told all again, of the present epoch', async () => {
  const one = author()
  one.said(load, 1, at, { epoch: 1 })
  await one.states()
  one.said(load, 2, at, { epoch: 2 })
  one.said(reading, 5, at, { readers: ['a'] })
  await one.states()
  one.anew()
  const [first, second] = await one.states(true)
  expect(first).toEqual([])
  expect(second).toEqual([
    ['2', 2, 2],
    ['a', 5, 5],
  ])
})

test('so much is stated in one request', async () => {
  const one = author()
  for (let i = 0; i <= limits.headsPerRequestMax; i++)
    one.said(topicOf('session', `home-${i}`), 1, at, { readers: ['a'] })
  expect((await one.states()).map((heads) => heads.length)).toEqual([limits.headsPerRequestMax, 1])
})
