import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import type { Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { oscpRefusalRow } from '@interlock/oscp'
import type { ProviderDesk } from './provider-desk.ts'

/** The doors of OSCP: of any version, so that one that is not spoken is refused by name. */
export function oscpEndpoints(
  desks: ReadonlyMap<Eui64, ProviderDesk>,
  audit: Audit,
): readonly Endpoint[] {
  const answer = (
    method: Endpoint['method'],
    { peer, params, headers, body }: HttpRequest,
  ): Reply => {
    const desk = desks.get(peer.organisation)
    if (desk === undefined) return problem('NotPermitted', 'no provider that has a contract here')
    const path = `/oscp/cp/${params['version']}/${params['message']}`
    const heard = desk.hear({ method, path, headers, body: typeof body === 'string' ? body : '' })
    if (heard.ok) return { status: 204 }
    const { reason, detail } = heard
    // Whoever floods the door fills no audit trail.
    if (reason !== 'TooManyRequests')
      audit.record('OscpRefused', { provider: desk.name, path, reason, ...(detail && { detail }) })
    if (reason === 'GroupForeign') return problem('NotPermitted', 'a group of another provider')
    const { status, words } = oscpRefusalRow(reason)
    return { status, body: { message: `${reason}: ${words}` } }
  }
  const door = (method: Endpoint['method'], url: string): Endpoint => ({
    method,
    url,
    roles: ['csms'],
    contentType: 'jsonText',
    handle: (request) => answer(method, request),
  })
  const url = '/oscp/cp/:version/:message'
  return [door('GET', url), door('POST', url), door('PUT', url), door('DELETE', url)]
}
