import { instant, ok, refused, type Outcome } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { Directory } from './directory.ts'
import type { KeyClient } from './key-client.ts'
import { namedAudience } from './named-audience.ts'

const topic = { region: 'eastern', feeder: 'f1', kind: 'halfHour', id: 'home' } as const

test('an author that the key server does not know as one waits; where nobody reads, it is said to nobody', async () => {
  let answer: Outcome<readonly string[], string> = refused('NotPermitted')
  const keys = { readersOf: () => Promise.resolve(answer) } as unknown as KeyClient
  const directory = { learn: () => Promise.resolve(undefined) } as unknown as Directory
  const audience = namedAudience(keys, directory, { now: () => instant(0) })
  expect(await audience(topic)).toMatchObject({ reason: 'LeaseExpired' })
  // As soon as it is granted, it is asked anew.
  answer = ok([])
  expect(await audience(topic)).toMatchObject({ reason: 'SealNotForUs' })
})
