import { problem, type Endpoint } from '@interlock/host'
import type { Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'

type Handle = Endpoint['handle']

/** What is ordered here is signed by this supplier, so nobody else orders it; who tries is on the record. */
export const ownPeople =
  (own: Eui64, audit: Audit, kind: string) =>
  (handle: Handle): Handle =>
  (request) => {
    const by = request.peer.organisation
    if (by === own) return handle(request)
    audit.critical(kind, { reason: 'NotPermitted', by })
    return problem('NotPermitted', 'that is for this supplier alone')
  }
