import type { SignedCommand } from '@interlock/contract'
import { ok, refused, type Outcome } from '@interlock/kernel'

/**
 * B09: a station is sent only to where its own CSMS answers, by the certificate that is registered for it.
 * Anywhere else it would hear nothing of its provider any more, and a standard station, which asks
 * nobody, would obey whoever answers there.
 *
 * @param isOwnHost whether that certificate names a host
 */
export function destination(
  { action, payload }: Pick<SignedCommand, 'action' | 'payload'>,
  isOwnHost: (host: string) => boolean,
): Outcome<undefined, 'PlausibilityFailed'> {
  if (action !== 'SetNetworkProfile') return ok(undefined)
  const host = hostIn(payload)
  return host !== undefined && isOwnHost(host)
    ? ok(undefined)
    : refused('PlausibilityFailed', `${host ?? 'nothing'} is no host of the CSMS of the station`)
}

/** Read loosely, for the CSMS has validated it. */
function hostIn(payload: unknown): string | undefined {
  const { connectionData } = (payload ?? {}) as { connectionData?: { ocppCsmsUrl?: unknown } }
  const url = connectionData?.ocppCsmsUrl
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  // Without TLS anyone on the way answers for that host, and with a user it is not what it seems.
  const { protocol, hostname, username, password } = new URL(url)
  if (protocol !== 'wss:' || username !== '' || password !== '' || hostname === '') return undefined
  return hostname.replace(/^\[|\]$/g, '')
}
