import type { Received } from '@interlock/topics'
import { expect, test } from 'vitest'
import { followings } from './middleware.ts'

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
