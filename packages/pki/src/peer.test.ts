import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import { toBase64Url } from '@interlock/kernel'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { certify, csms, issuing, now, only, root, station } from './hierarchy.fixture.ts'
import { createCa, hierarchyOf, peerOf, publicKeyOfCertificate, verifyChain } from './index.ts'

const { der } = certify(station, 'chargingDevice')

test('a peer is whom its certificate names', () => {
  expect(peerOf(der, crypto)).toMatchObject({
    ok: true,
    value: {
      role: 'station',
      eui: station.eui,
      organisation: station.organisation,
      commonName: 'station-1',
      stationId: 'station-1',
      thumbprint: toBase64Url(crypto.sha256(der)),
    },
  })
})

test('an organisation has no station identity', () => {
  const peer = peerOf(certify(csms, 'chargingOrganisation').der, crypto)
  expect(peer.ok && 'stationId' in peer.value).toBe(false)
})

test('an authority is no peer, and what is no certificate is unreadable', () => {
  expect(peerOf(only(root.certificatePem), crypto)).toMatchObject({ reason: 'IdentityMissing' })
  expect(peerOf(new Uint8Array(), crypto)).toMatchObject({ reason: 'CertificateUnreadable' })
  expect(peerOf(new Uint8Array(10_000), crypto)).toMatchObject({ reason: 'CertificateUnreadable' })
})

test('the peer does not change when the bytes it came from do', () => {
  const bytes = der.slice()
  const peer = peerOf(bytes, crypto)
  bytes.fill(0)
  expect(peer.ok && peer.value.der).toEqual(der)
})

test('a certificate says which hierarchy it is of', () => {
  const meterRoot = createCa('smartMeterRoot', {
    commonName: 'Root',
    key: crypto.generateKey().key,
    now,
    entropy,
    crypto,
  })
  expect(hierarchyOf(der)).toBe('charging')
  expect(hierarchyOf(only(meterRoot.certificatePem))).toBe('smartMeter')
  expect(hierarchyOf(new Uint8Array())).toBeUndefined()
})

test('cut-off bytes are always unreadable', () => {
  for (let length = 0; length < der.length; length++)
    expect(peerOf(der.subarray(0, length), crypto)).toMatchObject({ ok: false })
})

test('a changed byte never throws and never verifies', () => {
  const roots = [only(root.certificatePem)]
  const chain = only(issuing.certificatePem)
  const changes = fc.record({ at: fc.nat(der.length - 1), to: fc.integer({ min: 1, max: 255 }) })
  fc.assert(
    fc.property(changes, ({ at, to }) => {
      const changed = der.slice()
      changed[at] = (changed[at] ?? 0) ^ to
      expect(verifyChain([changed, chain], { roots, at: now, crypto }).ok).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('random bytes never throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => !peerOf(bytes, crypto).ok))
})

test('the key of an authority is read, that of nonsense is not', () => {
  const der = only(issuing.certificatePem)
  expect(publicKeyOfCertificate(der, crypto)).toEqual(issuing.key.publicKey)
  expect(publicKeyOfCertificate(new Uint8Array(9), crypto)).toBeUndefined()
})
