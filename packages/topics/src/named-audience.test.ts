import { limits } from '@interlock/contract'
import { instant, ok, refused, type Outcome } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { Directory } from './directory.ts'
import type { KeyClient } from './key-client.ts'
import { namedAudience } from './named-audience.ts'

const topic = { region: 'eastern', feeder: 'f1', kind: 'halfHour', id: 'home' } as const

test('an author without a grant at the key server is refused by name until it has one; where nobody reads, it is said to nobody', async () => {
  let answer: Outcome<readonly string[], string> = refused('NotPermitted')
  let now = 0
  let asked = 0
  const readersOf = () => {
    asked++
    return Promise.resolve(answer)
  }
  const keys = { readersOf } as unknown as KeyClient
  const directory = { learn: () => Promise.resolve(undefined) } as unknown as Directory
  const audience = namedAudience(keys, directory, { now: () => instant(now) })
  for (let times = 0; times < 3; times++)
    expect(await audience(topic)).toMatchObject({ reason: 'SealForbidden' })
  expect(asked).toBe(1)
  answer = ok([])
  now = limits.leaseRenewMillis
  expect(await audience(topic)).toMatchObject({ reason: 'SealNotForUs' })
})
