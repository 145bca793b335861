import { hashPassword } from '@interlock/host'
import type { StationId } from '@interlock/kernel'
import type { Request, Response } from '@interlock/ocpp'
import type { Context } from './context.ts'
import { attributeKey } from './core/facts.ts'
import { isSecretVariable } from './core/secret-variables.ts'

type Sent = { readonly stationId: StationId; readonly action: string; readonly payload: unknown }

/**
 * A01: a password that the station has taken is the one it will come back with. One that it refused
 * changes nothing here, and connections that stand are not touched.
 */
export async function passwordSet(
  context: Context,
  { stationId, action, payload }: Sent,
  answer: unknown,
): Promise<void> {
  if (action !== 'SetVariables') return
  const { setVariableData } = payload as Request<'SetVariables'>
  const { setVariableResult } = answer as Response<'SetVariables'>
  for (const { component, variable, attributeValue } of setVariableData) {
    if (!isSecretVariable(component, variable)) continue
    const key = attributeKey(component, variable)
    const result = setVariableResult.find(
      (each) => attributeKey(each.component, each.variable) === key,
    )
    const taken = result?.attributeStatus
    if (taken !== 'Accepted' && taken !== 'RebootRequired') continue
    await context.stations.rememberPasswordHash(stationId, await hashPassword(attributeValue))
    context.audit.record('PasswordChanged', { station: stationId })
  }
}
