import type { Handler, IdTokenInfoType, IdTokenType } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { tokenInfo } from '../core/token.ts'
import type { TransactionName } from '../core/transaction-name.ts'
import { tariffFor } from './cost-answer.ts'
import { guestInfo } from '../drivers/guests.ts'
import { judgeDriver } from '../drivers/judge-driver.ts'
import type { Sender } from './handlers.ts'

/** C01 … C16; a contract certificate (C07) can be checked by nobody that this CSMS knows. */
export const authorize =
  (context: Context, sender: Sender): Handler<'Authorize'> =>
  async ({ idToken, certificate, iso15118CertificateHashData }) => {
    const contract = certificate !== undefined || iso15118CertificateHashData !== undefined
    const admitted = await admittedInfo(context, sender, idToken)
    const info = await judgeDriver(context, sender.stationId, idToken, admitted)
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

/** What is said of a token before the register of driver tokens is asked. */
export type Admitted = {
  readonly info: IdTokenInfoType
  /** This operator knows the token itself, or an owner's word about it; else a provider spoke, or nobody. */
  readonly isOperators: boolean
}

/**
 * The same, and where this operator does not know it, what the charger's owner says, or the driver's own provider
 * (C01, OCPI §12.2.2.2).
 */
export async function admittedInfo(
  context: Context,
  sender: Sender,
  idToken: IdTokenType,
  purpose: Purpose = {},
): Promise<Admitted> {
  const info = idTokenInfo(context, sender, idToken, purpose)
  if (info.status !== 'Unknown') return { info, isOperators: true }
  const guest = await guestInfo(context, sender.stationId, idToken)
  if (guest !== undefined) return { info: guest, isOperators: true }
  const provider = await context.hooks.admitDriver(sender.stationId, idToken)
  return { info: provider ?? info, isOperators: false }
}

export function idTokenInfo(
  context: Context,
  { stationId }: Pick<Sender, 'stationId'>,
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
