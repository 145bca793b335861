import { TopicGrant } from '@interlock/contract'
import type { Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { problem, type Reply } from '../http-problem.ts'
import type { Endpoint, HttpRequest } from '../http-server.ts'
import type { GrantBook } from './grant-book.ts'

/**
 * Who grants and revokes: the supervisors of these organisations.
 * @param onChange after each change, before its answer
 */
export function grantEndpoints(
  book: GrantBook,
  administrators: readonly Eui64[],
  audit: Audit,
  onChange: () => Promise<void> | void = () => {},
): readonly Endpoint[] {
  const asAdministrator =
    (handle: (request: HttpRequest) => Promise<Reply> | Reply): Endpoint['handle'] =>
    (request) =>
      administrators.includes(request.peer.organisation)
        ? handle(request)
        : problem('NotPermitted', 'of an organisation that grants nothing here')
  const door = { url: '/api/v1/grants', roles: ['supervisor'] } as const
  return [
    {
      ...door,
      method: 'GET',
      summary: 'what each organisation may do on which topics',
      handle: asAdministrator(() => ({ status: 200, body: { grants: book.all } })),
    },
    {
      ...door,
      method: 'PUT',
      body: TopicGrant,
      summary: 'grants; again changes nothing',
      handle: asAdministrator(async ({ body, peer }) => {
        const grant = body as TopicGrant
        const granted = book.grant(grant)
        if (!granted.ok)
          return granted.reason === 'IdMissing'
            ? problem('BodyInvalid', 'who writes of a home is granted it by its id')
            : problem('Unavailable', granted.reason)
        if (granted.value) {
          audit.critical('TopicGranted', { grant, by: peer.organisation })
          await onChange()
        }
        return { status: 204 }
      }),
    },
    {
      ...door,
      method: 'DELETE',
      body: TopicGrant,
      summary: 'revokes exactly that grant',
      handle: asAdministrator(async ({ body, peer }) => {
        const grant = body as TopicGrant
        if (!book.revoke(grant)) return problem('NotFound', 'nothing like that was granted')
        audit.critical('TopicRevoked', { grant, by: peer.organisation })
        await onChange()
        return { status: 204 }
      }),
    },
  ]
}
