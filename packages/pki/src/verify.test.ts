import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import { instant, toHex } from '@interlock/kernel'
import { afterAll, expect, test } from 'vitest'
import { keyIdOf } from './certificate.ts'
import {
  certify,
  csms,
  issuing,
  issuingKeyPem,
  now,
  only,
  root,
  station,
} from './hierarchy.fixture.ts'
import { createCa, createCsr, peerOf, profileRow, verifyChain, type ChainDemands } from './index.ts'

const dir = mkdtempSync(join(tmpdir(), 'interlock-verify-'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})
const file = (name: string, text: string): string => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

const demands: ChainDemands = { roots: [only(root.certificatePem)], at: now, crypto }
const issuingDer = only(issuing.certificatePem)
const day = 86_400_000

test('a chain verifies with and without its root and gives the peer', () => {
  const { der } = certify(station, 'chargingDevice')
  const without = verifyChain([der, issuingDer], demands)
  const withRoot = verifyChain([der, issuingDer, only(root.certificatePem)], demands)
  expect(without).toMatchObject({ ok: true, value: { stationId: 'station-1', role: 'station' } })
  expect(withRoot).toEqual(without)
})

test('an unknown root, a missing link, no chain and a long chain are refused', () => {
  const { der } = certify(station, 'chargingDevice')
  const reason = (chain: Uint8Array[], roots = demands.roots) => {
    const verdict = verifyChain(chain, { ...demands, roots })
    return verdict.ok ? 'ok' : verdict.reason
  }
  expect(reason([der, issuingDer], [])).toBe('RootUnknown')
  expect(reason([der])).toBe('RootUnknown')
  expect(reason([])).toBe('ChainBroken')
  expect(reason([der, issuingDer, issuingDer, issuingDer])).toBe('ChainBroken')
  expect(reason([issuingDer])).toBe('ProfileViolated')
})

test('an authority with a known name and another key is refused', () => {
  const options = { key: crypto.generateKey().key, now, entropy, crypto }
  const falseRoot = createCa('chargingRoot', { ...options, commonName: 'Interlock Charging Root' })
  const falseIssuing = createCa('chargingIssuing', {
    ...options,
    commonName: 'Interlock Charging Issuing',
    parent: falseRoot,
  })
  const { der } = certify(station, 'chargingDevice', { ca: falseIssuing })
  const chain = [der, only(falseIssuing.certificatePem)]
  expect(verifyChain(chain, demands)).toMatchObject({ reason: 'ChainBroken' })
  expect(verifyChain([der, issuingDer], demands)).toMatchObject({ reason: 'ChainBroken' })
})

test('a certificate counts from notBefore to notAfter, and not once it is revoked', () => {
  const { der } = certify(station, 'chargingDevice')
  const at = (time: number) => verifyChain([der, issuingDer], { ...demands, at: instant(time) })
  expect(at(now - day)).toMatchObject({ reason: 'CertificateNotYetValid' })
  expect(at(now + 3_651 * day)).toMatchObject({ reason: 'CertificateExpired' })
  const peer = peerOf(der, crypto)
  const serial = peer.ok ? peer.value.serialHex : ''
  const revoked = (hex: string) => hex === serial
  expect(verifyChain([der, issuingDer], { ...demands, revoked })).toMatchObject({
    reason: 'CertificateRevoked',
  })
})

test('a charging certificate proves nothing in the smart-meter hierarchy', () => {
  const { der } = certify(csms, 'chargingOrganisation')
  const verdict = verifyChain([der, issuingDer], { ...demands, hierarchy: 'smartMeter' })
  expect(verdict).toMatchObject({ reason: 'ProfileViolated', detail: 'hierarchy' })
})

const key = crypto.generateKey().key
const uri = (kind: string, value: string) => `URI:urn:interlock:${kind}:${value}`
const proper: Record<string, string> = {
  basicConstraints: 'critical,CA:FALSE',
  keyUsage: 'critical,digitalSignature',
  extendedKeyUsage: 'clientAuth',
  certificatePolicies: profileRow('chargingDevice').policies.join(','),
  subjectAltName: [
    uri('eui', station.eui),
    uri('organisation', station.organisation),
    uri('role', 'station'),
  ].join(','),
  subjectKeyIdentifier: toHex(keyIdOf(key.publicKey.spki, crypto)),
  authorityKeyIdentifier: 'keyid',
}

/** What OpenSSL signs with our issuing key: the proper extensions with one of them changed. */
function signedWith(change: Record<string, string | undefined>, days = 3_000) {
  const lines = Object.entries({ ...proper, ...change })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
  const pem = execFileSync(
    'openssl',
    [
      'x509',
      '-req',
      '-in',
      file('request.pem', createCsr(key, station, crypto)),
      '-CA',
      file('issuing.pem', issuing.certificatePem),
      '-CAkey',
      file('issuing-key.pem', issuingKeyPem),
      '-sha256',
      '-set_serial',
      '0x51',
      '-days',
      String(days),
      '-extfile',
      file('extensions.cnf', `${lines.join('\n')}\n`),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  // OpenSSL takes the time of the day, which is not that of the fixture, shared with tests that ran long before.
  return verifyChain([only(pem), issuingDer], { ...demands, at: instant(Date.now() + 1_000) })
}

test('the same certificate made by OpenSSL is accepted', () => {
  expect(signedWith({})).toMatchObject({ ok: true, value: { serialHex: '51' } })
})

const violations: [string, Record<string, string | undefined>][] = [
  ['keyUsage', { keyUsage: 'critical,keyAgreement' }],
  ['keyUsage', { keyUsage: 'critical,digitalSignature,keyAgreement' }],
  ['keyUsage', { keyUsage: 'digitalSignature' }],
  ['keyUsage', { keyUsage: undefined }],
  ['extendedKeyUsage', { extendedKeyUsage: 'serverAuth' }],
  ['extendedKeyUsage', { extendedKeyUsage: 'clientAuth,serverAuth' }],
  ['extendedKeyUsage', { extendedKeyUsage: undefined }],
  ['basicConstraints', { basicConstraints: 'critical,CA:TRUE' }],
  ['basicConstraints', { basicConstraints: 'CA:FALSE' }],
  ['basicConstraints', { basicConstraints: undefined }],
  ['policies', { certificatePolicies: `${proper['certificatePolicies']},1.2.3.4` }],
  ['roles', { subjectAltName: proper['subjectAltName']?.replace('role:station', 'role:csms') }],
  ['roles', { subjectAltName: proper['subjectAltName']?.replace('urn:interlock:role', 'urn:x') }],
  ['hosts', { subjectAltName: `${proper['subjectAltName']},DNS:localhost` }],
  ['criticalExtensions', { nameConstraints: 'critical,permitted;DNS:x' }],
]
test.each(violations)(
  'a certificate that fails only the demand "%s" is refused: %o',
  (column, change) => {
    expect(signedWith(change)).toMatchObject({
      reason: 'ProfileViolated',
      detail: `chargingDevice: ${column}`,
    })
  },
)

test('a certificate that lives longer than its row, or names no policy, is refused', () => {
  expect(signedWith({}, 3_652)).toMatchObject({ detail: 'chargingDevice: validityDays' })
  expect(signedWith({ certificatePolicies: undefined })).toMatchObject({ reason: 'ProfileUnknown' })
  expect(signedWith({ subjectKeyIdentifier: 'none' })).toMatchObject({ detail: 'keyIdentifiers' })
})
