import { existsSync, rmSync } from 'node:fs'
import { tariff } from '@interlock/billing/operator.fixture'
import { saveIdentity, temporaryDir, writeAtomic } from '@interlock/host'
import type { Eui64 } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import type { EmspConfig } from './config.ts'
import { startEmsp } from './start.ts'
import { deps } from './world.fixture.ts'

const dir = temporaryDir('interlock-emsp-start')
const data = `${dir}/data`
const contract = {
  uid: '04A1B2C3',
  type: 'RFID',
  contractId: 'NL-ILK-C1',
  whitelist: 'NEVER',
  status: 'valid',
  lastUpdated: '2026-01-01T00:00:00Z',
} as const
let config: EmspConfig
beforeAll(() => {
  const charging = testHierarchy('charging')
  const [own, csms] = [charging.certify('emsp'), charging.certify('csms')]
  saveIdentity(`${dir}/emsp`, own.keyPem, own.chainPem)
  saveIdentity(`${dir}/csms`, csms.keyPem, csms.chainPem)
  writeAtomic(`${dir}/root.pem`, charging.rootPem, 0o644)
  writeAtomic(`${dir}/tariff.json`, JSON.stringify(tariff), 0o644)
  writeAtomic(`${dir}/no-tariff.json`, '{"id": "T1"}', 0o644)
  const organisation: Eui64 = csms.peer.organisation
  config = {
    actor: 'emsp',
    name: 'Interlock',
    region: 'NL',
    production: true,
    data,
    identity: `${dir}/emsp`,
    trust: { charging: `${dir}/root.pem` },
    // Nobody listens there.
    database: 'postgres://emsp:for-tests-only@127.0.0.1:1/emsp',
    listen: { host: '127.0.0.1', port: 0 },
    countryCode: 'NL',
    partyId: 'ILK',
    origin: 'https://emsp.test',
    peers: { supervisor: 'https://supervisor.test' },
    operators: [
      {
        name: 'operator',
        countryCode: 'NL',
        partyId: 'CPO',
        organisation,
        origin: 'https://cpo.test',
        tariff: `${dir}/tariff.json`,
      },
    ],
    contracts: [contract],
  }
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const wrong: readonly (readonly [string, () => Partial<EmspConfig>, string, string])[] = [
  [
    'a card of two contracts',
    () => ({ contracts: [contract, { ...contract, uid: '04a1b2c3', contractId: 'NL-ILK-C2' }] }),
    'ConfigInvalid',
    '04a1b2c3 is there twice',
  ],
  ['no identity', () => ({ identity: `${dir}/nobody` }), 'IdentityUnreadable', 'nobody'],
  [
    'the identity of another role',
    () => ({ identity: `${dir}/csms` }),
    'IdentityUnreadable',
    'not the identity of a provider',
  ],
  ['no root', () => ({ trust: { charging: `${dir}/none.pem` } }), 'FileUnreadable', 'none.pem'],
  [
    'a tariff that is none',
    () => ({
      operators: config.operators.map((each) => ({ ...each, tariff: `${dir}/no-tariff.json` })),
    }),
    'ConfigInvalid',
    'no-tariff.json: ObjectInvalid',
  ],
]
test.each(wrong)('nothing is opened with %s', async (_, change, code, words) => {
  const started = startEmsp({ ...config, ...change() }, deps)
  await expect(started).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
  expect(existsSync(data)).toBe(false)
})

test('without its database it does not start, and holds nothing that the next start needs', async () => {
  for (const _ of [1, 2]) {
    const started = startEmsp(config, deps)
    await expect(started).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
  }
  // Its trail of audit is there, and was closed.
  expect(existsSync(`${data}/audit.jsonl`)).toBe(true)
})
