import { refusals } from '@interlock/contract'
import { CallFailed, readSigned } from '@interlock/ocpp'

/** What the station, or whoever stood before it, made of one attempt. */
export type AnswerOutcome = {
  /** `passed`: no control stood in its way, and the charger had nothing to do it with. */
  readonly outcome: 'applied' | 'passed' | 'refused'
  readonly reason?: string
}

export const offline: AnswerOutcome = { outcome: 'refused', reason: 'StationOffline' }

/** The connection ended before the answer came. */
export const cut: AnswerOutcome = { outcome: 'refused', reason: 'Closed' }

/** Reads the station's answer, signed or not; an OCPP error names its refusal in its description. */
export async function answered(call: () => Promise<unknown>): Promise<AnswerOutcome> {
  try {
    const result = await call()
    const signed = readSigned(result)
    return read((signed.ok ? signed.value.payload : result) as Answer)
  } catch (error) {
    if (error instanceof CallFailed) return error.code === 'Closed' ? cut : refusedCall(error)
    throw error
  }
}

type Answer = {
  readonly status?: string
  readonly statusInfo?: { readonly reasonCode?: string }
  /** SetVariables answers for each variable. */
  readonly setVariableResult?: readonly {
    readonly attributeStatus: string
    readonly attributeStatusInfo?: { readonly reasonCode?: string }
  }[]
}

const obeyed = ['Accepted', 'Scheduled', 'RebootRequired', 'AcceptedCanceled']

function read({ setVariableResult, ...answer }: Answer): AnswerOutcome {
  const [first] = setVariableResult ?? []
  const status = first?.attributeStatus ?? answer.status ?? 'Unknown'
  if (obeyed.includes(status)) return { outcome: 'applied' }
  const info = first === undefined ? answer.statusInfo : first.attributeStatusInfo
  const reason = info?.reasonCode ?? status
  return { outcome: isRefusal(reason) ? 'refused' : 'passed', reason }
}

function refusedCall({ code, description }: CallFailed): AnswerOutcome {
  const [named = ''] = description.split(':')
  return { outcome: 'refused', reason: isRefusal(named) ? named : code }
}

const isRefusal = (reason: string): boolean => Object.hasOwn(refusals, reason)
