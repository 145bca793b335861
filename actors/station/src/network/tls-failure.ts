import { UpgradeRefused } from '@interlock/host'
import { Fault } from '@interlock/kernel'

/** What OpenSSL's codes, as Node gives them, mean to the CSMS (Part 2 appendix 1). */
const events: readonly (readonly [code: RegExp, event: string])[] = [
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|WRONG_VERSION|VERSION_TOO_LOW/, 'InvalidTLSVersion'],
  [/NO_SHARED_CIPHER|HANDSHAKE_FAILURE|NO_CIPHERS/, 'InvalidTLSCipherSuite'],
]

/**
 * The security event that a failed connection is, if it is one: an untrusted server (A00.FR.413), a
 * TLS version too low (A00.FR.419), no cipher suite in common.
 */
export function securityEventOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof Fault && at.code === 'PeerUntrusted') return 'InvalidCsmsCertificate'
    const { code } = at as { code?: unknown }
    const row = events.find(([pattern]) => typeof code === 'string' && pattern.test(code))
    if (row !== undefined) return row[1]
  }
  return undefined
}

/** RFC 8446 §6.2: the alerts that speak of the client's certificate, or of what it signed with its key. */
const certificateAlerts: ReadonlySet<number> = new Set([
  42, // bad_certificate
  43, // unsupported_certificate
  44, // certificate_revoked
  45, // certificate_expired
  46, // certificate_unknown
  48, // unknown_ca
  49, // access_denied
  51, // decrypt_error
  116, // certificate_required
])

/**
 * Whether the CSMS refused the station for what it proved itself with: by a TLS alert, which in TLS 1.3
 * comes only after the handshake, or by 401 or 403. All else says that the CSMS is away, or nothing.
 */
export function refusesProof(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof UpgradeRefused) return at.status === 401 || at.status === 403
    const { code } = at as { code?: unknown }
    // In TLS 1.2 the alert ends a write, and only the text has its number.
    if (typeof code !== 'string' || !/^(ERR_SSL_|EPROTO$)/.test(code)) continue
    const [, alert] = /SSL alert number (\d+)/.exec(at.message) ?? []
    if (certificateAlerts.has(Number(alert))) return true
  }
  return false
}
