import { FeedersShown } from '@interlock/contract'
import { instant, toIso } from '@interlock/kernel'
import type { Association } from '@interlock/oscp'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { feederDoors } from './feeder-doors.ts'

const at = instant(Date.parse('2026-01-05T18:00:00Z'))
const peer = { token: 'a-token-that-nobody-sees', baseUrl: 'https://one.test/oscp/fp/2.0' }

test.each<[string, Association]>([
  ['unregistered', { silent: true }],
  ['registered', { peer, silent: true }],
  ['heard', { peer, offlineModeAt: at, silent: false }],
  ['silent', { peer, offlineModeAt: at, silent: true }],
])('a provider that is %s is shown so, without its token', async (standing, association) => {
  const [list] = feederDoors({
    feeders: [],
    providers: [{ name: 'acacia', groups: new Set(['one']) } as never],
    days: { shown: () => ({}) as never },
    blocks: { of: () => [] },
    heard: { of: () => ({ heartbeatAt: at, complaints: [] }) },
    associations: { of: () => association },
  })
  const { body } = (await list?.handle({} as never)) ?? {}
  if (!Value.Check(FeedersShown, body)) throw new Error('not what the contract says')
  expect(body.providers).toMatchObject([{ standing, heartbeatAt: toIso(at), groups: ['one'] }])
  expect(JSON.stringify(body)).not.toContain(peer.token)
})
