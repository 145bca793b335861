import type { FlattenedJws } from '@interlock/contract'
import { outcomeOf, type HttpClient } from '@interlock/host'
import { ok, refused, type Crypto, type Outcome, type StationId } from '@interlock/kernel'
import { fromPem, peerOf, type Peer } from '@interlock/pki'

/** What the DSRSP asks of the supervisor. Reasons are those of its problem documents. */
export type Supervisor = {
  countersign(station: StationId, command: FlattenedJws): Promise<Outcome<FlattenedJws, string>>
  /** The certificate in force at a station, whose signature its replies carry. */
  certificate(station: StationId): Promise<Outcome<Peer, string>>
}

export const supervisorClient = (http: HttpClient, url: string, crypto: Crypto): Supervisor => ({
  async countersign(stationId, command) {
    const answer = outcomeOf(
      await http.request('POST', `${url}/api/v1/countersignatures`, { stationId, command }),
    )
    return answer.ok ? ok((answer.value as { command: FlattenedJws }).command) : answer
  },
  async certificate(stationId) {
    const path = `/api/v1/devices/${encodeURIComponent(stationId)}`
    const answer = outcomeOf(await http.request('GET', `${url}${path}`))
    if (!answer.ok) return answer
    const { chainPem } = answer.value as { chainPem?: unknown }
    const [leaf] = typeof chainPem === 'string' ? fromPem(chainPem, 'CERTIFICATE') : []
    const peer = leaf === undefined ? undefined : peerOf(leaf, crypto)
    return peer?.ok === true ? ok(peer.value) : refused('CertificateUnknown')
  },
})
