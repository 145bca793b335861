import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ocpiTime, sameCi } from './fields.ts'
import { objectCharactersMax, readOcpi, type OcpiObjectName } from './read.ts'

const samples = new URL('../../../../shared/data/ocpi/', import.meta.url)
const kinds: readonly (readonly [RegExp, OcpiObjectName])[] = [
  [/^cdr_/, 'Cdr'],
  [/^location_/, 'Location'],
  [/^session_/, 'Session'],
  [/^tariff_/, 'Tariff'],
]

test.skipIf(!existsSync(samples))(
  'the official examples are read, and written as they came (skipped: ../shared/data/ocpi is absent)',
  () => {
    const files = readdirSync(samples).filter((name) => name.endsWith('.json'))
    expect(files).toHaveLength(6)
    for (const file of files) {
      const text = readFileSync(new URL(file, samples), 'utf8')
      const kind = kinds.find(([pattern]) => pattern.test(file))?.[1]
      if (kind === undefined) throw new Error(`a sample of another kind: ${file}`)
      const read = readOcpi(kind, text)
      if (!read.ok) throw new Error(`${file}: ${read.detail}`)
      // Same members in the same order; only the spelling of numbers (2.00) is JSON's own.
      expect(JSON.stringify(read.value)).toBe(JSON.stringify(JSON.parse(text)))
    }
  },
)

const token = {
  country_code: 'NL',
  party_id: 'ILK',
  uid: '04A1B2C3D4E5F6',
  type: 'RFID',
  contract_id: 'NL-ILK-C00000001-X',
  issuer: 'Interlock',
  valid: true,
  whitelist: 'ALLOWED_OFFLINE',
  last_updated: '2026-01-12T20:30:00Z',
}
const period = {
  start_date_time: '2026-01-12T20:30:00Z',
  dimensions: [{ type: 'ENERGY', volume: 7.5 }],
}
const cdr = {
  country_code: 'NL',
  party_id: 'CPO',
  id: 'C1',
  start_date_time: '2026-01-12T20:30:00Z',
  end_date_time: '2026-01-12T22:00:00Z',
  cdr_token: {
    country_code: 'NL',
    party_id: 'ILK',
    uid: 'A',
    type: 'RFID',
    contract_id: 'NL-ILK-C00000001-X',
  },
  auth_method: 'AUTH_REQUEST',
  cdr_location: {
    id: 'L1',
    address: 'Damrak 1',
    city: 'Amsterdam',
    country: 'NLD',
    coordinates: { latitude: '52.376400', longitude: '4.898800' },
    evse_uid: 'E1',
    evse_id: 'NL*CPO*E1',
    connector_id: '1',
    connector_standard: 'IEC_62196_T2',
    connector_format: 'CABLE',
    connector_power_type: 'AC_3_PHASE',
  },
  currency: 'EUR',
  charging_periods: [period],
  signed_data: {
    encoding_method: 'OCMF',
    signed_values: [{ nature: 'Start', plain_data: '{}', signed_data: 'e30=' }],
  },
  total_cost: { excl_vat: 2.5 },
  total_energy: 7.5,
  total_time: 1.5,
  last_updated: '2026-01-12T22:00:05Z',
}
const read = (name: OcpiObjectName, value: unknown) => readOcpi(name, JSON.stringify(value))

test('a token, an authorisation and a signed record are read; members of later versions are kept', () => {
  const later = { ...token, tax_number: 'X' }
  expect(read('Token', later)).toEqual({ ok: true, value: later })
  const allowed = { allowed: 'ALLOWED', token, authorization_reference: 'A1' }
  expect(read('AuthorizationInfo', allowed)).toEqual({ ok: true, value: allowed })
  expect(read('Cdr', cdr)).toEqual({ ok: true, value: cdr })
})

test('a member that is null, or an optional list that is, is one that is not there', () => {
  const later = {
    ...token,
    group_id: null,
    energy_contract: { supplier_name: 'A', contract_id: null },
  }
  const energy_contract = { supplier_name: 'A' }
  expect(read('Token', later)).toEqual({ ok: true, value: { ...token, energy_contract } })
  expect(read('CommandResult', { result: 'FAILED', message: null })).toMatchObject({ ok: true })
  expect(read('Token', { ...token, issuer: null })).toMatchObject({ reason: 'ObjectInvalid' })
  expect(read('Cdr', { ...cdr, charging_periods: [null] }).ok).toBe(false)
})

const ask = { response_url: 'https://emsp.test/commands/1' }
test.each<[OcpiObjectName, object, string]>([
  ['StartSession', { ...ask, token, location_id: 'L1' }, 'token'],
  ['StopSession', { ...ask, session_id: 'S1' }, 'session_id'],
  ['UnlockConnector', { ...ask, location_id: 'L1', evse_uid: 'E1', connector_id: '1' }, 'evse_uid'],
  ['CancelReservation', { ...ask, reservation_id: 'R1' }, 'reservation_id'],
  [
    'ReserveNow',
    {
      ...ask,
      token,
      expiry_date: '2026-01-12T21:00:00Z',
      reservation_id: 'R1',
      location_id: 'L1',
    },
    'expiry_date',
  ],
  ['CommandResponse', { result: 'ACCEPTED', timeout: 30 }, 'timeout'],
  ['CommandResult', { result: 'TIMEOUT' }, 'result'],
])(
  'a command is read whole, and not without a member that it has to have: %s',
  (name, whole, member) => {
    expect(read(name, whole)).toEqual({ ok: true, value: whole })
    expect(read(name, { ...whole, [member]: undefined })).toMatchObject({ reason: 'ObjectInvalid' })
    const elsewhere = { ...whole, response_url: undefined }
    expect(read(name, elsewhere).ok).toBe(name.startsWith('Command'))
  },
)

test.each<[string, OcpiObjectName, unknown, string]>([
  ['a country of three letters', 'Token', { ...token, country_code: 'NLD' }, '/country_code'],
  ['a type that is none', 'Token', { ...token, type: 'CARD' }, '/type'],
  ['a name that is not ASCII', 'Token', { ...token, uid: 'é' }, '/uid'],
  ['a missing member', 'Token', { ...token, issuer: undefined }, 'issuer'],
  ['a day without a time', 'Token', { ...token, last_updated: '2026-01-12' }, '/last_updated'],
  [
    'a time of another zone',
    'Token',
    { ...token, last_updated: '2026-01-12T20:30:00+01:00' },
    '/last_updated',
  ],
  [
    'a connector of no EVSE',
    'StartSession',
    { response_url: 'https://emsp.test/1', token, location_id: 'L1', connector_id: '1' },
    'StartSession',
  ],
  ['no periods', 'Cdr', { ...cdr, charging_periods: [] }, '/charging_periods'],
  [
    'a period of nothing',
    'Cdr',
    { ...cdr, charging_periods: [{ ...period, dimensions: [] }] },
    '/charging_periods/0/dimensions',
  ],
  [
    'signed data without values',
    'Cdr',
    { ...cdr, signed_data: { encoding_method: 'OCMF', signed_values: [] } },
    '/signed_data/signed_values',
  ],
  ['energy as text', 'Cdr', { ...cdr, total_energy: '7.5' }, '/total_energy'],
  [
    'a list without end',
    'Cdr',
    { ...cdr, charging_periods: Array.from({ length: 1_001 }, () => period) },
    '/charging_periods',
  ],
])('an object that is none: %s', (_, name, value, at) => {
  const outcome = read(name, value)
  expect(outcome).toMatchObject({ ok: false, reason: 'ObjectInvalid' })
  expect(outcome).toHaveProperty('detail', expect.stringContaining(at))
})

test('text that is no JSON, too deep or too long is refused before it is looked at', () => {
  expect(readOcpi('Token', '{')).toMatchObject({ reason: 'ObjectMalformed' })
  expect(readOcpi('Token', '['.repeat(1_000))).toMatchObject({ reason: 'ObjectMalformed' })
  const long = ' '.repeat(objectCharactersMax + 1)
  expect(readOcpi('Token', long)).toMatchObject({ reason: 'ObjectTooLarge' })
})

test('a DateTime is UTC with or without Z; CiStrings are one whatever their case', () => {
  expect(ocpiTime('2015-06-29T20:39:09')).toBe(Date.parse('2015-06-29T20:39:09Z'))
  expect(ocpiTime('2015-06-29T20:39:09.5Z')).toBe(Date.parse('2015-06-29T20:39:09.500Z'))
  expect(ocpiTime('2015-13-29T20:39:09Z')).toBeUndefined()
  expect(sameCi('nl-ILK', 'NL-ilk')).toBe(true)
  expect(sameCi('NL-ILK', 'NL-ILL')).toBe(false)
})
