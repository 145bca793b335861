import { fromIso, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { ContractConfig } from '../config.ts'
import { allowedBy, tokenOf } from './authorise.ts'

const contract: ContractConfig = {
  uid: '04A1B2C3',
  type: 'RFID',
  contractId: 'NL-ILK-C1',
  whitelist: 'NEVER',
  status: 'valid',
  lastUpdated: '2026-01-01T00:00:00Z',
}
const operator = { country_code: 'NL', party_id: 'CPO' }
const now = fromIso('2026-01-12T20:30:00Z') ?? instant(0)
const here = { location_id: 'L1' }

test.each<readonly [string, Partial<ContractConfig>, typeof here | undefined, unknown]>([
  ['a good contract, anywhere', {}, undefined, 'ALLOWED'],
  ['a blocked one', { status: 'blocked' }, here, 'BLOCKED'],
  ['one without credit', { status: 'noCredit' }, here, 'NO_CREDIT'],
  ['one that has expired', { expiresAt: '2026-01-12T20:30:00' }, here, 'EXPIRED'],
  ['one that expires on no day', { expiresAt: '2026-13-12T20:30:00Z' }, here, 'EXPIRED'],
  ['one that will expire', { expiresAt: '2026-01-12T20:30:01Z' }, here, 'ALLOWED'],
  ['one for this place', { locations: ['nl*cpo*l1'] }, here, 'ALLOWED'],
  ['one for another place', { locations: ['NL*CPO*L2'] }, here, 'NOT_ALLOWED'],
  ["one for another operator's place", { locations: ['NL*XXX*L1'] }, here, 'NOT_ALLOWED'],
])('%s', (_, change, place, allowed) => {
  expect(allowedBy({ ...contract, ...change }, operator, place, now)).toEqual({
    ok: true,
    value: allowed,
  })
})

test('a contract for some places needs to know the place; its token says whether it is good', () => {
  const some = { ...contract, locations: ['NL*CPO*L1'] }
  expect(allowedBy(some, operator, undefined, now)).toMatchObject({ reason: 'InformationMissing' })
  const us = { country_code: 'NL', party_id: 'ILK' }
  expect(tokenOf(us, 'Interlock', { ...contract, visualNumber: '1', status: 'blocked' })).toEqual({
    ...us,
    uid: '04A1B2C3',
    type: 'RFID',
    contract_id: 'NL-ILK-C1',
    visual_number: '1',
    issuer: 'Interlock',
    valid: false,
    whitelist: 'NEVER',
    last_updated: '2026-01-01T00:00:00Z',
  })
})
