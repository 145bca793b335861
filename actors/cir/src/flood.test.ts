import type { HttpRequest } from '@interlock/host'
import type { Audit } from '@interlock/ledger'
import { expect, test } from 'vitest'
import type { CirConfig } from './config.ts'
import { night, tap, card } from './core/cards.fixture.ts'
import { withToken } from './core/register.fixture.ts'
import { registerEndpoints } from './endpoints.ts'
import { requestsPerMinuteMax } from './pace.ts'

test('attack: who asks for numbers without end is given no more, and keeps nobody from telling of taps', () => {
  const organisation = 'A'
  const operator = { organisation } as unknown as CirConfig['operators'][number]
  const doors = registerEndpoints({
    register: withToken().register,
    config: { issuers: [], operators: [operator] },
    audit: {} as Audit,
    now: () => night,
  })
  const ask = (door: string, body: object): number | undefined => {
    const request = { body, peer: { role: 'csms', organisation } } as unknown as HttpRequest
    const reply = doors.find(({ url }) => url.endsWith(door))?.handle(request)
    return reply !== undefined && 'status' in reply ? reply.status : undefined
  }
  const draw = () => ask('/fresh-numbers', { station: 'STATION-1' })
  for (let count = 1; count < requestsPerMinuteMax; count++) draw()
  expect([draw(), draw()]).toEqual([200, 429])
  const { operator: _, at: __, ...sighting } = tap(card())
  expect(ask('/sightings', { ...sighting, at: '2026-01-12T20:00:00Z' })).toBe(200)
})
