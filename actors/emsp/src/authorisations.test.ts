import { instant, type Entropy } from '@interlock/kernel'
import type { Cdr } from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'
import { expect, test } from 'vitest'
import { authorisationStore } from './authorisations.ts'

const now = instant(Date.parse('2026-01-12T20:00:00Z'))
const operator = { country_code: 'NL', party_id: 'CPO' }
const contract = { uid: '04A1B2C3', type: 'RFID' } as const

/** A store that keeps what is put, and the reference under which a card was let in there. */
async function issued(location?: string) {
  const kept = new Map<string, unknown>()
  let last = 0
  const entropy = { bytes: (count: number) => new Uint8Array(count).fill(++last) } as Entropy
  const authorisations = authorisationStore(
    {
      put: ({ owner, id, object }: Parameters<OcpiObjects['put']>[0]) => {
        kept.set(`${owner} ${id}`, object)
        return Promise.resolve('put' as never)
      },
      find: ({ owner, id }) => Promise.resolve(kept.get(`${owner} ${id}`) as never),
    },
    entropy,
    () => now,
  )
  const place = location === undefined ? undefined : { location_id: location }
  const reference = await authorisations.issue(operator, contract, place)
  const at = (change: object = {}) =>
    authorisations.at({
      ...operator,
      authorization_reference: reference,
      cdr_token: { uid: '04a1b2c3', type: 'RFID' },
      cdr_location: { id: 'L1' },
      ...change,
    } as Cdr)
  return { at }
}

test('a record of the place where the card was let in is of that moment, in whichever case it is written', async () => {
  const { at } = await issued('l1')
  expect(await at()).toBe(now)
  // Where the operator did not say where, it counts at all its places.
  expect(await (await issued()).at({ cdr_location: { id: 'L9' } })).toBe(now)
})

test.each<[string, object]>([
  ['another place', { cdr_location: { id: 'L2' } }],
  ['another card', { cdr_token: { uid: '04FFFFFF', type: 'RFID' } }],
  ['a card of another type', { cdr_token: { uid: '04A1B2C3', type: 'APP_USER' } }],
  ['another operator', { party_id: 'OTH' }],
  ['another reference', { authorization_reference: 'R' }],
  ['no reference', { authorization_reference: undefined }],
])('attack: a reference is used for %s, and nothing was authorised there', async (_, change) => {
  const { at } = await issued('L1')
  expect(await at(change)).toBeUndefined()
})
