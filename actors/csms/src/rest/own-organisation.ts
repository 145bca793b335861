import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import type { Api } from './api.ts'

/** Only who belongs to this organisation: those of another one look after other stations. */
export const ownOrganisation =
  (api: Api, handle: (request: HttpRequest) => Promise<Reply> | Reply): Endpoint['handle'] =>
  (request) =>
    request.peer.organisation === api.context.identity.peer.organisation
      ? handle(request)
      : problem('NotPermitted', `of role ${request.peer.role}, and of another organisation`)
