import type { Handler, IdTokenInfoType, IdTokenType } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { tokenInfo } from '../core/token.ts'
import type { TransactionName } from '../core/transaction-name.ts'
import { tariffFor } from './cost-answer.ts'
import { judgeDriver } from '../drivers/judge-driver.ts'
import type { Sender } from './handlers.ts'

/** C01 … C16; a contract certificate (C07) can be checked by nobody that this CSMS knows. */
export const authorize =
  (context: Context, sender: Sender): Handler<'Authorize'> =>
  async ({ idToken, certificate, iso15118CertificateHashData }) => {
    const contract = certificate !== undefined || iso15118CertificateHashData !== undefined
    const own = await admittedInfo(context, sender, idToken)
    const info = await judgeDriver(context, sender.stationId, idToken, own)
    return {
      idTokenInfo: { ...info, ...(await tariffFor(context, sender, info)) },
      ...(contract ? { certificateStatus: 'NoCertificateAvailable' } : {}),
    }
  }

/** For which transaction it is shown, where it is shown for one. */
export type Purpose = {
  readonly transaction?: TransactionName
  readonly evseId?: number | undefined
}

/** The same, and where this operator does not know it, what the driver's own provider says (C01, OCPI §12.2.2.2). */
export async function admittedInfo(
  context: Context,
  sender: Sender,
  idToken: IdTokenType,
  purpose: Purpose = {},
): Promise<IdTokenInfoType> {
  const info = idTokenInfo(context, sender, idToken, purpose)
  if (info.status !== 'Unknown') return info
  return (await context.hooks.admitDriver(sender.stationId, idToken)) ?? info
}

export function idTokenInfo(
  context: Context,
  { stationId }: Sender,
  idToken: IdTokenType,
  purpose: Purpose = {},
): IdTokenInfoType {
  if (idToken.type === 'NoAuthorization') return { status: 'Accepted' }
  const token = context.tokens.find(idToken)
  // The home's own tokens stand in the register of stations.
  const own = context.views.get(stationId)?.record.idTokens.includes(idToken.idToken) === true
  if (token === undefined && own) return { status: 'Accepted' }
  return tokenInfo(token, {
    stationId,
    evseId: purpose.evseId,
    now: context.deps.clock.now(),
    othersRunning:
      token === undefined || token.concurrent === true
        ? 0
        : context.inUse.others(idToken, purpose.transaction),
  })
}
