import { UpgradeRefused } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { refusesProof } from './tls-failure.ts'

const failed = (cause: Error): Fault => new Fault('PeerUnavailable', 'no connection', { cause })
const systemError = (code: string, text = code): Error => Object.assign(new Error(text), { code })
/** As OpenSSL words it; in TLS 1.2 Node knows it as a write that failed. */
const alert = (code: string, name: string, number: number): Error =>
  failed(
    systemError(code, `0A000418:SSL routines:${name}:rec_layer_s3.c:SSL alert number ${number}`),
  )

test.each([
  ['a TLS 1.3 alert for an unknown authority', alert('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tls', 48)],
  ['the same alert in TLS 1.2', alert('EPROTO', 'tlsv1 alert unknown ca', 48)],
  ['an alert for a revoked certificate', alert('ERR_SSL_SSLV3_ALERT', 'certificate revoked', 44)],
  ['401', new UpgradeRefused(401, '')],
  ['403', failed(new UpgradeRefused(403, ''))],
])('A02.FR.28: %s is a refusal of what the station showed', (_, error) => {
  expect(refusesProof(error)).toBe(true)
})

test.each([
  ['a closed port', failed(systemError('ECONNREFUSED'))],
  ['a name that does not resolve', failed(systemError('ENOTFOUND'))],
  ['a connection that is reset', failed(systemError('ECONNRESET', 'socket hang up'))],
  ['no handshake in time', new Fault('PeerUnavailable', 'no TLS handshake in time')],
  ['503', new UpgradeRefused(503, 'SSL alert number 48')],
  ['404', new UpgradeRefused(404, '')],
  ['a server that is not believed', new Fault('PeerUntrusted', 'another CSMS')],
  ['an alert about the cipher suites', alert('EPROTO', 'sslv3 alert handshake failure', 40)],
  ['an alert about the version', alert('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls', 70)],
  ['text that only looks like an alert', failed(systemError('EOTHER', 'SSL alert number 48'))],
])('A02.FR.28: %s speaks of no certificate', (_, error) => {
  expect(refusesProof(error)).toBe(false)
})
