import { refusalRow, type RefusalReason } from '@interlock/contract'
import type { Accepted } from '@interlock/gate'
import {
  CallError,
  type Action,
  type Answer,
  type CallContext,
  type Request,
  type Response,
} from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** What a station does with one critical action: once the gate has spoken, or in standard mode. */
export type CriticalAction<A extends Action> = {
  readonly apply: (request: Request<A>, accepted: Accepted) => Response<A>
  /** Where the response has no way to refuse, it throws a CallError `SecurityError`. */
  readonly refuse: (info: StatusInfo, request: Request<A>) => Response<A>
  /** Standard mode: the plain command on the CSMS's word alone, inside the limits of safety. */
  readonly plain: (request: Request<A>) => Promise<Response<A>> | Response<A>
}
export type StatusInfo = { readonly reasonCode: string; readonly additionalInfo: string }

/**
 * Supervised: through the gate, then carried out or refused; never downgraded to an unsigned command.
 * Standard: as the plain command says. Such a station cannot check a signature, and says so.
 */
export async function throughGate<A extends Action>(
  station: Station,
  action: A,
  request: Request<A>,
  context: CallContext,
  row: CriticalAction<A>,
): Promise<Answer<A>> {
  const { signed } = context
  if (station.mode === 'standard') {
    if (signed !== undefined) throw new CallError('NotSupported', 'a standard station')
    return row.plain(request)
  }
  const message = { action, payload: request, ...(signed === undefined ? {} : { signed }) }
  const verdict = await station.judging.judge(message)
  const response = verdict.ok
    ? row.apply(request, verdict)
    : row.refuse(infoOf(verdict.reason), request)
  if (verdict.ok && verdict.armUse !== undefined) {
    const { digest, kind: change } = verdict.armUse
    station.tellLlcs({ kind: 'used', digest, change })
  }
  return signed === undefined ? response : { signed: station.signReply(action, response, signed) }
}

const infoOf = (reason: RefusalReason): StatusInfo => ({
  reasonCode: reason,
  additionalInfo: refusalRow(reason).words,
})
