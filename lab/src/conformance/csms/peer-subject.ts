import { join } from 'node:path'
import { createAuthority } from '@interlock/authority'
import { httpClient, identityOf, nodeCrypto, systemClock } from '@interlock/host'
import { eui64, unobserved } from '@interlock/kernel'
import { homeOf, organisations } from '../../street/address-book.ts'
import { restInterface } from './rest-subject.ts'
import { runTokens } from './run-tokens.ts'
import type { CsmsSubject, Lease } from './subject.ts'
import { openThoughtlessPeer, type ThoughtlessKind } from './thoughtless-peer.ts'

/** One of the built-in peers as a CSMS under test; its certificates are made in `dir`. */
export async function openPeerSubject(kind: ThoughtlessKind, dir: string): Promise<CsmsSubject> {
  const { charging, own, trust, close } = openAuthority(dir)
  const peer = await openThoughtlessPeer(kind, own)
  const http = httpClient({ trust, activity: unobserved })
  let leased = 0

  const lease = (): Lease => {
    leased += 1
    const { stationId } = homeOf(leased)
    const station = eui64(homeOf(leased).station)
    const made = charging.certify(
      { commonName: stationId, role: 'station', eui: station, organisation: station },
      { profile: 'chargingDevice' },
    )
    return {
      stationId,
      profile: 3,
      addresses: { 1: peer.ocpp, 2: peer.ocpp, 3: peer.ocpp },
      identity: identityOf(made.keyPem, made.chainPem, stationId),
      password: 'conformance-password',
      trust,
    }
  }
  return {
    name: kind,
    tokens: runTokens,
    lease: () => Promise.resolve(lease()),
    ...restInterface(peer.rest, { operator: http, reader: http }),
    async close() {
      await http.close()
      await peer.close()
      close()
    },
  }
}

/** The authority of a run, and the certificate of its peer. */
export function openAuthority(dir: string) {
  const deps = { wall: systemClock, crypto: nodeCrypto }
  const charging = createAuthority(join(dir, 'charging'), deps)
  const eui = organisations.csms
  const own = charging.certify({ commonName: 'csms', role: 'csms', eui, organisation: eui })
  const trust = { roots: [charging.rootPem] }
  return { charging, own, trust, close: () => charging.close() }
}
