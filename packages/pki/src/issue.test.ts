import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateRsaKey, nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import { inHours, instant } from '@interlock/kernel'
import { afterAll, expect, test } from 'vitest'
import { certify, csms, issuing, now, only, root, station } from './hierarchy.fixture.ts'
import {
  bearerOf,
  createCa,
  createCrl,
  createCsr,
  createRsaCsr,
  issue,
  newSerial,
  peerOf,
  profileRow,
  verifyChain,
  verifyCsr,
} from './index.ts'

const dir = mkdtempSync(join(tmpdir(), 'interlock-pki-'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})
const file = (name: string, text: string): string => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const order = {
  profile: 'chargingDevice',
  subject: station,
  ca: issuing,
  serial: newSerial(entropy),
  now,
  crypto,
} as const
const key = crypto.generateKey().key

test('openssl verifies station and organisation certificates, strictly, for their purposes', () => {
  const rootPath = file('root.pem', root.certificatePem)
  const issuingPath = file('issuing.pem', issuing.certificatePem)
  const verify = (purpose: string, leaf: string) =>
    openssl(
      'verify',
      '-x509_strict',
      '-policy_check',
      '-purpose',
      purpose,
      '-CAfile',
      rootPath,
      '-untrusted',
      issuingPath,
      leaf,
    )
  const device = file('device.pem', certify(station, 'chargingDevice').pem)
  const server = file('server.pem', certify(csms, 'chargingOrganisation').pem)
  expect(verify('sslclient', device)).toContain('OK')
  expect(verify('sslclient', server)).toContain('OK')
  expect(verify('sslserver', server)).toContain('OK')
  expect(() => verify('sslserver', device)).toThrow()
})

test('openssl reads every field of a certificate', () => {
  const text = openssl(
    'x509',
    '-noout',
    '-text',
    '-in',
    file('text.pem', certify(csms, 'chargingOrganisation').pem),
  )
  for (const line of [
    `Subject: O = ${csms.organisation}, CN = csms`,
    'Digital Signature, Key Agreement',
    'TLS Web Server Authentication, TLS Web Client Authentication',
    'CA:FALSE',
    `URI:urn:interlock:eui:${csms.eui}`,
    'URI:urn:interlock:role:csms',
    'DNS:localhost, IP Address:127.0.0.1',
    ...profileRow('chargingOrganisation').policies,
  ])
    expect(text).toContain(line)
})

test('openssl verifies a request', () => {
  const request = file('request.pem', createCsr(key, station, crypto, { challenge: 'proof' }))
  const text = openssl('req', '-verify', '-noout', '-text', '-in', request)
  expect(text).toContain('challengePassword')
  expect(text).toContain('URI:urn:interlock:role:station')
})

test('openssl refuses a certificate on our list and accepts one that is not', () => {
  const [lost, kept] = [certify(station, 'chargingDevice'), certify(station, 'chargingDevice')]
  const peer = peerOf(lost.der, crypto)
  const revoked = [{ serialHex: peer.ok ? peer.value.serialHex : '', at: now }]
  const crl = createCrl({ ca: issuing, revoked, number: 1, now, validMillis: inHours(72), crypto })
  const trusted = file('trusted.pem', root.certificatePem + issuing.certificatePem + crl)
  const verify = (pem: string) =>
    openssl('verify', '-crl_check', '-CAfile', trusted, file('checked.pem', pem))
  expect(verify(kept.pem)).toContain('OK')
  expect(() => verify(lost.pem)).toThrow(/revoked/)
})

test('a certificate starts ten minutes in the past and never outlives its issuer', () => {
  const late = instant(now + 9.9 * 365 * 86_400_000)
  const issued = issue({ ...order, csrPem: createCsr(key, station, crypto), now: late })
  const peer = issued.ok ? peerOf(only(issued.value), crypto) : issued
  expect(peer.ok && Math.round((late - peer.value.notBefore) / 60_000)).toBe(10)
  const authority = openssl(
    'x509',
    '-enddate',
    '-noout',
    '-in',
    file('i.pem', issuing.certificatePem),
  )
  const leaf = openssl(
    'x509',
    '-enddate',
    '-noout',
    '-in',
    file('l.pem', issued.ok ? issued.value : ''),
  )
  expect(leaf).toBe(authority)
})

test('a request for another role, identity or name than ordered is refused', () => {
  for (const other of [
    { ...station, role: 'csms' },
    { ...station, eui: csms.eui },
    { ...station, organisation: csms.organisation },
    { ...station, commonName: 'station-2' },
  ] as const)
    expect(issue({ ...order, csrPem: createCsr(key, other, crypto) })).toMatchObject({
      ok: false,
      reason: 'RequestMismatch',
    })
})

test('a request to become an authority is refused', () => {
  const config = file(
    'ca.cnf',
    '[req]\ndistinguished_name=dn\nreq_extensions=ext\nprompt=no\n[dn]\nCN=station-1\n[ext]\nbasicConstraints=critical,CA:TRUE\n',
  )
  const keyPath = file('ca-key.pem', crypto.generateKey().pem)
  const csrPem = openssl('req', '-new', '-key', keyPath, '-config', config)
  expect(issue({ ...order, csrPem })).toMatchObject({ ok: false, reason: 'RequestForCa' })
  expect(issue({ ...order, profile: 'chargingIssuing', csrPem })).toMatchObject({
    reason: 'RequestForCa',
  })
})

test("a plain request of another maker's station is accepted: the order says who it is", () => {
  const config = file('plain.cnf', '[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=station-1\n')
  const keyPath = file('plain-key.pem', crypto.generateKey().pem)
  const csrPem = openssl('req', '-new', '-key', keyPath, '-config', config)
  const issued = issue({ ...order, csrPem })
  const peer = issued.ok ? peerOf(only(issued.value), crypto) : issued
  expect(peer).toMatchObject({ ok: true, value: { stationId: 'station-1', eui: station.eui } })
})

test('a role outside the row, and an authority that may not sign the row, are refused', () => {
  const csrPem = createCsr(key, csms, crypto)
  expect(issue({ ...order, subject: csms, csrPem })).toMatchObject({ reason: 'RoleNotInProfile' })
  const byRoot = { ...order, ca: root, csrPem: createCsr(key, station, crypto) }
  expect(issue(byRoot)).toMatchObject({ reason: 'IssuerUnsuitable' })
})

test('a request whose signature is not by its key is refused', () => {
  const pem = createCsr(key, station, crypto)
  const body = pem.split('\n').slice(1, -2).join('')
  const bytes = Uint8Array.from(atob(body), (char) => char.charCodeAt(0))
  bytes[30] = (bytes[30] ?? 0) ^ 1
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${btoa(String.fromCharCode(...bytes))}\n-----END CERTIFICATE REQUEST-----\n`
  expect(issue({ ...order, csrPem: forged }).ok).toBe(false)
  expect(issue({ ...order, csrPem: 'nonsense' })).toMatchObject({ reason: 'RequestUnreadable' })
})

test('an authority cannot be made under the wrong parent, nor from an end-entity row', () => {
  const options = { commonName: 'x', key, now, entropy, crypto }
  expect(() => createCa('chargingIssuing', { ...options, parent: issuing })).toThrow(/needs/)
  expect(() => createCa('chargingDevice', options)).toThrow(/not a certification authority/)
})

const rsa = generateRsaKey()
const byRsa = { ...order, profile: 'chargingStandardDevice' } as const

test('an RSA key is certified in the rows for it, for TLS and for nothing that is signed', () => {
  const csrPem = createRsaCsr(rsa, station)
  expect(openssl('req', '-verify', '-noout', '-text', '-in', file('rsa.pem', csrPem))).toContain(
    'sha256WithRSAEncryption',
  )
  const issued = issue({ ...byRsa, csrPem })
  const der = only(issued.ok ? issued.value : '')
  const bearer = bearerOf(der, crypto)
  expect(bearer).toMatchObject({ value: { stationId: 'station-1', publicKey: undefined } })
  expect(peerOf(der, crypto)).toMatchObject({ reason: 'CertificateUnreadable' })
  const roots = [only(root.certificatePem)]
  const chain = [der, only(issuing.certificatePem)]
  expect(verifyChain(chain, { roots, at: now, crypto })).toMatchObject({
    ok: false,
    detail: expect.stringContaining('P-256') as string,
  })
})

test('a row takes its own kind of key and no other', () => {
  const reason = 'KeyNotInProfile'
  expect(issue({ ...order, csrPem: createRsaCsr(rsa, station) })).toMatchObject({ reason })
  expect(issue({ ...byRsa, csrPem: createCsr(key, station, crypto) })).toMatchObject({ reason })
})

test.each([
  ['a key of 1,024 bits (A00.FR.502)', 'rsa:1024', '-sha256'],
  ['SHA-1 (A00.FR.506)', 'rsa:2048', '-sha1'],
])('an RSA request with %s is refused', (_title, kind, hash) => {
  const config = file('rsa.cnf', '[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=station-1\n')
  const made = (newKey: string, digest: string) =>
    openssl(
      'req',
      '-new',
      '-newkey',
      newKey,
      '-nodes',
      digest,
      '-config',
      config,
      '-keyout',
      join(dir, 'rsa-key.pem'),
    )
  expect(verifyCsr(made('rsa:2048', '-sha384'), crypto)).toMatchObject({ ok: true })
  expect(issue({ ...byRsa, csrPem: made(kind, hash) })).toMatchObject({
    reason: 'RequestUnreadable',
  })
})

test('an RSA request that its key did not sign is refused', () => {
  const forger = generateRsaKey()
  const csrPem = createRsaCsr({ ...forger, spki: rsa.spki }, station)
  expect(issue({ ...byRsa, csrPem })).toMatchObject({ reason: 'RequestSignature' })
})
