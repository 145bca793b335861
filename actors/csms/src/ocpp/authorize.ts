import type { Handler, IdTokenInfoType, IdTokenType } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/** C01: tokens that the database of stations lists for this station. */
export const authorize =
  (context: Context, sender: Sender): Handler<'Authorize'> =>
  (request) => ({ idTokenInfo: idTokenInfo(context, sender, request.idToken) })

export function idTokenInfo(
  context: Context,
  sender: Sender,
  idToken: IdTokenType,
): IdTokenInfoType {
  const known = context.views.get(sender.stationId)?.record.idTokens ?? []
  const accepted = idToken.type === 'NoAuthorization' || known.includes(idToken.idToken)
  return { status: accepted ? 'Accepted' : 'Unknown' }
}
