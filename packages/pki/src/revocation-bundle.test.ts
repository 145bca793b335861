import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import { inHours } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { certify, csms, issuing, now, only, root } from './hierarchy.fixture.ts'
import { createCa, createCrl, readRevocationBundle, revocationBundle } from './index.ts'

const roots = { charging: [only(root.certificatePem)], smartMeter: [] }
const demands = { roots, at: now, crypto }
const revoked = [{ serialHex: '51', at: now }]
const listBy = (ca: typeof issuing) =>
  createCrl({ ca, revoked, number: 7, now, validMillis: inHours(72), crypto })
const bundle = revocationBundle(listBy(issuing), issuing.certificatePem)

test('a list with its authority is verified by the root alone', () => {
  expect(readRevocationBundle(bundle, demands)).toMatchObject({
    ok: true,
    value: { hierarchy: 'charging', number: 7, serials: new Set(['51']) },
  })
})

const key = crypto.generateKey().key
const stranger = (() => {
  const common = { now, entropy, crypto }
  const parent = createCa('chargingRoot', { ...common, commonName: 'root', key })
  const name = { ...common, commonName: 'Interlock Charging Issuing' }
  return createCa('chargingIssuing', { ...name, key: crypto.generateKey().key, parent })
})()
const organisation = { certificatePem: certify(csms, 'chargingOrganisation', { key }).pem, key }

test.each([
  ['no authority', listBy(issuing), 'ListUnreadable'],
  ['two authorities', bundle + root.certificatePem, 'ListUnreadable'],
  ['no list', issuing.certificatePem, 'ListUnreadable'],
  [
    'an authority of another root',
    revocationBundle(listBy(stranger), stranger.certificatePem),
    'RootUnknown',
  ],
  [
    'a list by another authority',
    revocationBundle(listBy(stranger), issuing.certificatePem),
    'ListIssuer',
  ],
  [
    'the root in the place of the authority',
    revocationBundle(listBy(root), root.certificatePem),
    'ProfileViolated',
  ],
  [
    'an organisation that makes a list of its own',
    revocationBundle(
      listBy({ ...organisation, profile: 'chargingIssuing' }),
      organisation.certificatePem,
    ),
    'RootUnknown',
  ],
])('a bundle with %s is refused', (_, text, reason) => {
  const read = readRevocationBundle(text, demands)
  expect(read.ok ? 'taken' : read.reason).toBe(reason)
})

test('a list that was changed on the way does not verify', () => {
  const [head = '', ...lines] = listBy(issuing).split('\n')
  const last = lines.length - 4
  const line = lines[last] ?? ''
  lines[last] = (line.startsWith('A') ? 'B' : 'A') + line.slice(1)
  const read = readRevocationBundle([head, ...lines].join('\n') + issuing.certificatePem, demands)
  expect(read.ok).toBe(false)
})
