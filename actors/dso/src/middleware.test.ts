import type { Received } from '@interlock/topics'
import { expect, test } from 'vitest'
import { contractTopics, followings } from './middleware.ts'

test('what homes say is taken and can be proved; what providers say of loads is taken', async () => {
  const done: string[] = []
  const heard = (kind: string) => ({
    take: () => done.push(`${kind} taken`) > 0,
    of: () => [],
    close: () => {},
  })
  const [loads, readings] = followings(
    { loads: heard('load'), readings: heard('reading') },
    { keep: () => void done.push('proved') },
  )
  await loads?.handle({} as Received)
  await readings?.handle({} as Received)
  expect(done).toEqual(['load taken', 'reading taken', 'proved'])
})

test('the load of a feeder is heard only where it is reported; what may be drawn is said of each', () => {
  const contracts = [{ provider: 'acacia', contractedWatts: 1 }]
  const feeders = [
    { group: 'summed', chargers: [], contracts },
    { group: 'reported', reported: true, contracts },
  ].map((each) => ({ ratedWatts: 1, history: '', ...each }))
  const providers = [{ name: 'acacia', pinned: { org: '02-00-00-00-00-00-00-01' } }] as never
  const feedersOf = (kind: 'load' | 'capacity') =>
    contractTopics(kind, { region: 'GB', feeders }, providers).map(({ feeder }) => feeder)
  expect(feedersOf('load')).toEqual(['reported'])
  expect(feedersOf('capacity')).toEqual(['summed', 'reported'])
})
