import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { consentCharactersMax, readConsent } from './read-consent.ts'
import { consentVerifies, signConsent } from './statement.ts'

const { key } = crypto.generateKey()
const signed = signConsent(
  {
    station: eui64('00-00-00-00-00-00-00-01'),
    number: 1,
    previous: '',
    reader: eui64('A0-00-00-00-00-00-00-05'),
    purpose: 'daily',
    given: true,
    at: instant(1_800_000_000_000),
    until: instant(1_900_000_000_000),
  },
  key,
  crypto,
)

test('a signed consent travels as JSON and verifies after it', () => {
  const read = readConsent(JSON.stringify(signed))
  expect(read).toEqual({ ok: true, value: signed })
  expect(read.ok && consentVerifies(read.value, key.publicKey, crypto)).toBe(true)
})

const { statement } = signed
test.each([
  'x',
  'null',
  JSON.stringify({ ...signed, signer: 'x' }),
  JSON.stringify({ ...signed, signature: 'x' }),
  JSON.stringify({ ...signed, more: 1 }),
  JSON.stringify({ ...signed, statement: { ...statement, station: 'x' } }),
  JSON.stringify({ ...signed, statement: { ...statement, reader: 'x' } }),
  JSON.stringify({ ...signed, statement: { ...statement, purpose: 'all' } }),
  JSON.stringify({ ...signed, statement: { ...statement, number: 0 } }),
  JSON.stringify({ ...signed, statement: { ...statement, more: 1 } }),
  JSON.stringify(signed) + ' '.repeat(consentCharactersMax),
])('%# no signed consent', (text) => {
  expect(readConsent(text)).toMatchObject({ reason: 'ConsentMalformed' })
})
