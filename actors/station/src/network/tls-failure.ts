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
