import type { Eui64, Role } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { oscpRefusalRow, type OscpRole } from '@interlock/oscp'
import { problem, type Reply } from '../http-problem.ts'
import type { Endpoint, HttpRequest } from '../http-server.ts'
import type { Desk } from './desk.ts'

export type OscpDoors = {
  /** What this side is. */
  readonly us: OscpRole
  /** Role of those who may knock. */
  readonly peerRole: Role
  readonly desks: ReadonlyMap<Eui64, Desk>
  readonly audit: Audit
}

/** The doors of OSCP: of any version, so that one that is not spoken is refused by name. */
export function oscpEndpoints({ us, peerRole, desks, audit }: OscpDoors): readonly Endpoint[] {
  const answer = async (
    method: Endpoint['method'],
    { peer, params, headers, body }: HttpRequest,
  ): Promise<Reply> => {
    const desk = desks.get(peer.organisation)
    if (desk === undefined) return problem('NotPermitted', 'nobody with whom there is a contract')
    const path = `/oscp/${us}/${params['version']}/${params['message']}`
    const text = typeof body === 'string' ? body : ''
    const heard = await desk.hear({ method, path, headers, body: text })
    if (heard.ok) return { status: 204 }
    const { reason, detail } = heard
    // Whoever floods the door fills no audit trail.
    if (reason !== 'TooManyRequests')
      audit.record('OscpRefused', { peer: desk.name, path, reason, ...(detail && { detail }) })
    if (reason === 'GroupForeign') return problem('NotPermitted', 'a group of somebody else')
    if (reason === 'ReportUnwanted')
      return problem('NotPermitted', 'nothing is reported of this group, by its contract')
    const { status, words } = oscpRefusalRow(reason)
    return { status, body: { message: `${reason}: ${words}` } }
  }
  const door = (method: Endpoint['method'], url: string): Endpoint => ({
    method,
    url,
    roles: [peerRole],
    contentType: 'jsonText',
    handle: (request) => answer(method, request),
  })
  const url = `/oscp/${us}/:version/:message`
  return [door('GET', url), door('POST', url), door('PUT', url), door('DELETE', url)]
}
