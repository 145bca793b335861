import type { SignedGuest } from '@interlock/contract'
import { instant } from '@interlock/kernel'
import type { Location } from '@interlock/ocpi'
import { expect, test } from 'vitest'
import { openTo } from './open-places.ts'

const now = instant(Date.parse('2026-01-12T20:00:00Z'))
const provider = { country_code: 'NL', party_id: 'ILK' }
const payer = { issuer: 'NL*ILK', contractId: 'NL-ILK-C00000001-X' }
const place = (id: string, publish: boolean) => ({
  id,
  publish,
  points: [{ stationId: `CS-${id}`, evse: 1 }],
})
const places = [place('SQUARE', true), place('HOME', false), place('OTHER', false)]
const locations = places as unknown as readonly Location[]
const lent = (change: Partial<SignedGuest['guest']> = {}) => ({
  uid: '04A1B2C3',
  name: 'Zoë',
  wattHours: 20_000,
  until: now + 1,
  payer,
  ...change,
})

/** Ids that the provider is told of, where that guest was allowed at HOME. */
async function told(guest?: SignedGuest['guest'], caller = provider): Promise<readonly string[]> {
  const fact = { stationId: 'CS-HOME', value: { guest } }
  const known = {
    ofStations: (stations: readonly string[]) => {
      expect(stations).toEqual(['CS-HOME', 'CS-OTHER'])
      return Promise.resolve(guest === undefined ? [] : [fact])
    },
  }
  const context = { known, deps: { clock: { now: () => now } } }
  const desk = { context, places } as unknown as Parameters<typeof openTo>[0]
  return (await openTo(desk, locations, caller)).map(({ id }) => id)
}

test('attack: a provider that lists places to learn where people live is told of public ones alone', async () => {
  // All that there are, which is what it would be told.
  expect(locations.map(({ id }) => id)).toEqual(['SQUARE', 'HOME', 'OTHER'])
  expect(await told()).toEqual(['SQUARE'])
})

test('a home is told to the provider that pays for a guest there, and for so long alone', async () => {
  expect(await told(lent())).toEqual(['SQUARE', 'HOME'])
  expect(await told(lent(), { ...provider, party_id: 'OTH' })).toEqual(['SQUARE'])
  for (const over of [{ payer: null }, { wattHours: 0 }, { until: now }])
    expect(await told(lent(over))).toEqual(['SQUARE'])
})
