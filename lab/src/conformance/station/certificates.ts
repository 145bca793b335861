import type { ServerOptions } from 'node:https'
import { join } from 'node:path'
import { createAuthority } from '@interlock/authority'
import { nodeCrypto, systemClock } from '@interlock/host'
import type { Eui64 } from '@interlock/kernel'
import { organisations } from '../../street/address-book.ts'

type Made = { readonly keyPem: string; readonly chainPem: string }

/** The certificates of a run: a root that the station trusts, and what hangs from it. */
export type Certificates = {
  readonly rootPem: string
  server(securityProfile: 2 | 3): ServerOptions
  station(stationId: string, eui: Eui64): Made
  close(): void
}

export function openCertificates(dir: string): Certificates {
  const deps = { wall: systemClock, crypto: nodeCrypto }
  const charging = createAuthority(join(dir, 'charging'), deps)
  const eui = organisations.csms
  const own = charging.certify({ commonName: 'csms', role: 'csms', eui, organisation: eui })
  return {
    rootPem: charging.rootPem,
    server: (securityProfile) => ({
      key: own.keyPem,
      cert: own.chainPem,
      ca: [charging.rootPem],
      ...(securityProfile === 3 ? { requestCert: true, rejectUnauthorized: true } : {}),
    }),
    station: (commonName, station) =>
      charging.certify(
        { commonName, role: 'station', eui: station, organisation: station },
        { profile: 'chargingDevice' },
      ),
    close: () => charging.close(),
  }
}
