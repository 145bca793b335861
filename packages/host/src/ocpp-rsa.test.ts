import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, type ConnectionOptions } from 'node:tls'
import { assert, eui64, unobserved } from '@interlock/kernel'
import { bearerOf, createRsaCsr, fromPem, profileRow, type Subject } from '@interlock/pki'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { temporaryDir } from './files.ts'
import { createHierarchy } from './hierarchy.fixture.ts'
import { silentLog } from './log.ts'
import { nodeCrypto } from './node-crypto.ts'
import { connectOcpp } from './ocpp-client.ts'
import { openOcppServer, type OcppServerOptions } from './ocpp-server.ts'
import { answerTo } from './upgrade.fixture.ts'

/** A CSMS with both certificates, and stations that only know RSA (A00.FR.318, A00.FR.421). */

const ours = createHierarchy()
const theirs = createHierarchy()
const station = ours.certifyRsa('station', 'station-1')
const lost = ours.certifyRsa('station', 'station-1')
const rsa = { ...ours.certifyRsa('csms', 'localhost'), keyExchange: true }
const lostSerial = serialOf(lost.chainPem)
const trust = { roots: ours.roots, revoked: (serial: string) => serial === lostSerial }
const ca = [...ours.roots]
const subprotocols = ['ocpp2.0.1']

function serialOf(chainPem: string): string {
  const bearer = bearerOf(fromPem(chainPem, 'CERTIFICATE')[0] ?? new Uint8Array(), nodeCrypto)
  assert(bearer.ok && bearer.value.publicKey === undefined, 'an RSA certificate is read')
  return bearer.value.serialHex
}

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function csms(options: Partial<OcppServerOptions> = {}) {
  const server = await openOcppServer({
    listen: { host: '127.0.0.1', port: 0 },
    identity: ours.certify('csms', 'localhost'),
    rsa,
    trust,
    securityProfile: 3,
    activity: unobserved,
    log: silentLog,
    subprotocols,
    admit: () => Promise.resolve({ ok: true }),
    accept: () => {},
    ...options,
  })
  closers.push(() => server.close())
  return server
}

/** What a client agrees on with these options; it believes no other server. */
function agreed(port: number, options: ConnectionOptions) {
  return new Promise<{ suite: string; version: string | null; bits?: number }>(
    (resolve, reject) => {
      const to = { host: '127.0.0.1', servername: 'localhost', port, ca }
      const socket = connect({ ...to, ...options })
      socket.once('error', reject)
      socket.once('secureConnect', () => {
        const { bits = 0 } = socket.getPeerCertificate()
        resolve({
          suite: socket.getCipher().standardName,
          version: socket.getProtocol(),
          bits,
        })
        socket.destroy()
      })
    },
  )
}
const suite = (ciphers: string): ConnectionOptions => ({ ciphers, maxVersion: 'TLSv1.2' })

test.each([
  ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 256],
  ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 256],
  ['AES128-GCM-SHA256', 'TLS_RSA_WITH_AES_128_GCM_SHA256', 2_048],
  ['AES256-GCM-SHA384', 'TLS_RSA_WITH_AES_256_GCM_SHA384', 2_048],
])('OpenSSL verifies the CSMS by %s (A00.FR.318, A00.FR.421)', async (ciphers, name, bits) => {
  const { port } = await csms()
  const found = await agreed(port, suite(ciphers))
  expect(found).toEqual({ suite: name, version: 'TLSv1.2', bits })
})

test('whoever can has forward secrecy; RSA key exchange comes last, and can be switched off', async () => {
  const { port } = await csms()
  const any = 'AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256'
  expect((await agreed(port, suite(any))).suite).toMatch(/^TLS_ECDHE_ECDSA/)
  const onlyRsa = 'AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256'
  expect((await agreed(port, suite(onlyRsa))).suite).toMatch(/^TLS_ECDHE_RSA/)
  expect(await agreed(port, {})).toMatchObject({ version: 'TLSv1.3', bits: 256 })
  const without = await csms({ rsa: { ...rsa, keyExchange: false } })
  await expect(agreed(without.port, suite('AES128-GCM-SHA256'))).rejects.toThrow(/handshake/)
  expect((await agreed(without.port, suite(onlyRsa))).suite).toMatch(/^TLS_ECDHE_RSA/)
})

test('a station that only verifies RSA gets the RSA certificate under TLS 1.3 too', async () => {
  const { port } = await csms()
  const found = await agreed(port, { sigalgs: 'rsa_pss_rsae_sha256' })
  expect(found).toMatchObject({ version: 'TLSv1.3', bits: 2_048 })
})

const shows = ({ keyPem: key, chainPem: cert }: typeof station) => ({
  key,
  cert,
  ca,
  rejectUnauthorized: false,
  // An attacker is held back by nothing of its own.
  ciphers: 'ALL:@SECLEVEL=0',
})

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a station with an RSA certificate is let in by %s, as whom it names',
  async (version) => {
    const asked: unknown[] = []
    const admit: OcppServerOptions['admit'] = ({ peer }) => {
      asked.push(peer?.stationId)
      return Promise.resolve({ ok: true })
    }
    const { port } = await csms({ admit })
    const url = `wss://127.0.0.1:${port}/ocpp/station-1`
    const versions = { minVersion: version, maxVersion: version }
    const socket = new WebSocket(url, subprotocols, { ...shows(station), ...versions })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    socket.terminate()
    expect(asked).toEqual(['station-1'])
  },
)

/** What an issuing authority would never sign: with a key of `bits`, or a hash that is broken. */
function signedBy(by: typeof ours, bits: number, hash: 'sha1' | 'sha256') {
  const organisation = eui64('90-B3-D5-1F-30-01-00-00')
  const eui = eui64('90-B3-D5-1F-30-01-00-01')
  const subject: Subject = { commonName: 'station-1', role: 'station', eui, organisation }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
  const csr = createRsaCsr({ spki, sign: (data) => sign('sha256', data, privateKey) }, subject)
  const dir = temporaryDir('interlock-weak')
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const names = [`eui:${eui}`, `organisation:${organisation}`, 'role:station']
  const lines = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=clientAuth',
    `certificatePolicies=${profileRow('chargingStandardDevice').policies.join(',')}`,
    `subjectAltName=${names.map((name) => `URI:urn:interlock:${name}`).join(',')}`,
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
  ]
  const command = ['x509', '-req', `-${hash}`, '-set_serial', '0x51', '-days', '30']
  const files = {
    in: file('request.pem', csr),
    CA: file('issuing.pem', by.issuing.certificatePem),
    CAkey: file('issuing-key.pem', by.issuingKeyPem),
    extfile: file('extensions.cnf', `${lines.join('\n')}\n`),
  }
  const options = Object.entries(files).flatMap(([name, path]) => [`-${name}`, path])
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
  const pem = execFileSync('openssl', [...command, ...options], { encoding: 'utf8', stdio })
  const keyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  return { keyPem, chainPem: pem + by.issuing.certificatePem }
}

test('what OpenSSL signs with our issuing key and 2,048 bits is let in', async () => {
  const { port } = await csms()
  const made = signedBy(ours, 2_048, 'sha256')
  const url = `wss://127.0.0.1:${port}/ocpp/station-1`
  const socket = new WebSocket(url, subprotocols, shows(made))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.terminate()
})

test.each([
  ['of 1,024 bits (A00.FR.502)', () => signedBy(ours, 1_024, 'sha256'), 'CertificateUntrusted'],
  ['signed with SHA-1 (A00.FR.506)', () => signedBy(ours, 2_048, 'sha1'), 'CertificateUntrusted'],
  ['of another authority', () => theirs.certifyRsa('station', 'station-1'), 'CertificateUntrusted'],
  ['that is revoked', () => lost, 'CertificateRevoked'],
])('a station with an RSA certificate %s is refused', async (_title, made, reason) => {
  const { port } = await csms()
  const url = `wss://127.0.0.1:${port}/ocpp/station-1`
  const { body } = await answerTo(url, subprotocols, shows(made()))
  expect(body).toMatchObject({ reason })
})

test('where RSA is switched off altogether, an RSA certificate lets nobody in', async () => {
  const { rsa: _, ...options } = { rsa, identity: ours.certify('csms', 'localhost') }
  const server = await openOcppServer({
    ...options,
    listen: { host: '127.0.0.1', port: 0 },
    trust,
    securityProfile: 3,
    activity: unobserved,
    log: silentLog,
    subprotocols,
    admit: () => Promise.resolve({ ok: true }),
    accept: () => {},
  })
  closers.push(() => server.close())
  const url = `wss://127.0.0.1:${server.port}/ocpp/station-1`
  const { body } = await answerTo(url, subprotocols, shows(station))
  expect(body).toMatchObject({ reason: 'IdentityMissing' })
})

test('a standard station takes a CSMS that only has RSA, and a supervised one does not (A00.FR.422)', async () => {
  const { keyPem: key, chainPem: cert } = rsa
  const server = createServer({ key, cert, ciphers: 'AES128-GCM-SHA256', maxVersion: 'TLSv1.2' })
  const upgrader = new WebSocketServer({ server, handleProtocols: () => 'ocpp2.0.1' })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    for (const each of upgrader.clients) each.terminate()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  const station = { url: `wss://localhost:${port}/ocpp/station-1`, trust, subprotocols }
  const way = { ...station, log: silentLog, expectRole: 'csms' } as const
  const socket = await connectOcpp({ ...way, recognise: 'name' })
  socket.close(1000, '')
  await expect(connectOcpp({ ...way, recognise: 'identity' })).rejects.toThrow(/no connection/)
  // One of this system keeps its role, whatever its key.
  const other = connectOcpp({ ...way, recognise: 'name', expectRole: 'supervisor' })
  await expect(other).rejects.toThrow(/expected supervisor, found csms/)
})
