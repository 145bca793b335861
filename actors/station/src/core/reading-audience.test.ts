import { signKeyStatement } from '@interlock/driver'
import { nodeCrypto as crypto } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { providerOf } from './reading-audience.ts'

const now = instant(1_000_000)
const [uid, provider] = ['04A1B2C3D4E5F6', 'A0-00-00-00-00-00-00-05']
const said = (change: object = {}) =>
  signKeyStatement(
    {
      uid,
      contractId: 'C1',
      issuer: 'NL*HZN',
      provider,
      status: 'active',
      key: null,
      statedAt: now - 1,
      until: now + 1,
      ...change,
    },
    crypto.ephemeralKey(),
    crypto,
  )
const recordOf = (payload: object): string =>
  `OCMF|${JSON.stringify({ PG: 'T1', RD: [], ...payload })}|{"SD":"00"}`
const byCard = recordOf({ IS: true, IT: 'ISO14443', ID: uid })

test('a charge by card is told to the provider that the register names', () => {
  expect(providerOf(byCard, [said()], now)).toBe(provider)
})

test.each([
  ['the home’s own charge', recordOf({ IS: false, IT: 'NONE', ID: '' }), [said()]],
  ['what the owner begins', recordOf({ IS: true, IT: 'CENTRAL', ID: uid }), [said()]],
  ['a record of the register alone', recordOf({ PG: 'F1' }), [said()]],
  ['a card that nobody knows', byCard, []],
  ['another’s card', byCard, [said({ uid: '04FFFFFF' })]],
  ['a word that counts no more', byCard, [said({ until: now })]],
  ['a register that names no organisation', byCard, [said({ provider: undefined })]],
  ['what is no record', 'nothing of the kind', [said()]],
])('nobody is told of %s', (_, record, held) => {
  expect(providerOf(record, held, now)).toBeUndefined()
})
