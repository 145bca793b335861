import { refusalRow, type RefusalReason } from '@interlock/contract'
import type { Accepted } from '@interlock/gate'
import type { Action, Answer, CallContext, Request, Response } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** What a station does with one critical action once the gate has spoken. */
export type CriticalAction<A extends Action> = {
  readonly apply: (request: Request<A>, accepted: Accepted) => Response<A>
  /** Where the response has no way to refuse, it throws a CallError `SecurityError`. */
  readonly refuse: (info: StatusInfo, request: Request<A>) => Response<A>
}
export type StatusInfo = { readonly reasonCode: string; readonly additionalInfo: string }

/** Through the gate, then carried out or refused; never downgraded to an unsigned command. */
export async function throughGate<A extends Action>(
  station: Station,
  action: A,
  request: Request<A>,
  context: CallContext,
  row: CriticalAction<A>,
): Promise<Answer<A>> {
  const { signed } = context
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
