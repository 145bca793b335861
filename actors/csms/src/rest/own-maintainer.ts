import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import type { Api } from './api.ts'

/** Only people who look after this organisation's stations, not those of another one's. */
export const ownMaintainer =
  (api: Api, handle: (request: HttpRequest) => Promise<Reply> | Reply): Endpoint['handle'] =>
  (request) =>
    request.peer.organisation === api.context.identity.peer.organisation
      ? handle(request)
      : problem('NotPermitted', 'a maintainer of another organisation')
