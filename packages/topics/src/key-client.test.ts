import type { Topic } from '@interlock/contract'
import type { HttpClient } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { keyClient } from './key-client.ts'
import { namedAudience } from './named-audience.ts'

const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'reading', id: 'home' }
const clientOf = (status: number, body: object = {}) =>
  keyClient({ request: () => Promise.resolve({ status, body }) } as unknown as HttpClient, '')

test('a key server that cannot judge refuses nobody, and takes no certificate for unknown', async () => {
  for (const status of [500, 503, 429]) {
    const keys = clientOf(status)
    for (const asked of [keys.join(topic), keys.readersOf(topic), keys.chainOf('any')])
      await expect(asked).rejects.toMatchObject({ code: 'PeerUnavailable' })
  }
  expect(await clientOf(403, { reason: 'JoinNoGround' }).join(topic)).toMatchObject({
    reason: 'JoinNoGround',
  })
  expect(await clientOf(404).chainOf('any')).toMatchObject({ reason: 'Status404' })
})

test('what cannot be sealed because the key server stumbles waits; what nobody may read does not', async () => {
  const directory = { learn: () => Promise.resolve(undefined), peerOf: () => undefined }
  const clock = { now: () => instant(1_800_000_000_000) }
  const audienceBy = (status: number) => namedAudience(clientOf(status), directory, clock)(topic)
  expect(await audienceBy(503)).toMatchObject({ reason: 'LeaseExpired' })
  expect(await audienceBy(403)).toMatchObject({ reason: 'SealNotForUs' })
})
