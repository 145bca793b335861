import { loadPeer } from '@interlock/host'
import type { PeerTerms } from '@interlock/host/oscp'
import { Fault, utf8, type Crypto } from '@interlock/kernel'
import { basePathOf, oscpVersion } from '@interlock/oscp'
import type { DsoConfig } from '../config.ts'

/** What the config says of one provider. @throws Fault when its certificate cannot be read. */
export function termsOf(
  { name, certificate, origin, token }: DsoConfig['providers'][number],
  config: DsoConfig,
  crypto: Crypto,
): PeerTerms {
  const { organisation, thumbprint, publicKey } = loadPeer(certificate)
  const ours = {
    token,
    versions: [{ version: oscpVersion, baseUrl: `${config.origin}${basePathOf('cp')}` }],
  }
  const required = {
    heartbeatSeconds: config.heartbeatSeconds,
    measurements: ['CONTINUOUS' as const],
  }
  const groups = config.feeders
    .filter(({ contracts }) => contracts.some(({ provider }) => provider === name))
    .map(({ group }) => group)
  return {
    name,
    pinned: { org: organisation, thumbprint, publicKey },
    door: { us: 'cp', peer: 'fp', tokenDigest: crypto.sha256(utf8(token)) },
    terms: { ours, required, peerOrigin: origin },
    groups: new Set(groups),
  }
}

/** A provider is known by its organisation. @throws Fault `ConfigInvalid` where two are of one. */
export function demandDistinct(providers: readonly PeerTerms[]): void {
  const organisations = providers.map(({ pinned }) => pinned.org)
  const second = providers.find(({ pinned }, at) => organisations.indexOf(pinned.org) !== at)
  if (second !== undefined)
    throw new Fault('ConfigInvalid', `${second.name}: another provider is of its organisation`)
}
