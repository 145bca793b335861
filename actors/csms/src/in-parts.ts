import type { StationId } from '@interlock/kernel'
import type { Action, Request, Response } from '@interlock/ocpp'
import type { Command, CommandOutcome } from './commands.ts'
import type { Context } from './context.ts'
import { attributeKey } from './core/facts.ts'

/** How many items of a request the station has said that it takes at once; `Infinity` if it has not. */
export async function itemsPerMessage(
  { known }: Pick<Context, 'known'>,
  stationId: StationId,
  action: Action,
): Promise<number> {
  const variable = { name: 'ItemsPerMessage', instance: action }
  const key = attributeKey({ name: 'DeviceDataCtrlr' }, variable)
  const most = Number((await known.find(stationId, 'variable', key))?.value['value'] ?? NaN)
  return Number.isInteger(most) && most > 0 ? most : Infinity
}

/**
 * B06.FR.16: a GetVariables for more than the station takes at once is sent as several, one after the
 * other, and answered as one. The first that is not answered ends it; what came before is on file.
 */
export async function sendInParts(
  context: Pick<Context, 'known'>,
  command: Command,
  send: (part: Command) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  const { stationId, action, payload } = command
  if (action !== 'GetVariables') return send(command)
  const { getVariableData } = payload as Request<'GetVariables'>
  const most = await itemsPerMessage(context, stationId, 'GetVariables')
  if (getVariableData.length <= most) return send(command)
  const results: Response<'GetVariables'>['getVariableResult'] = []
  for (let at = 0; at < getVariableData.length; at += most) {
    const part: Request<'GetVariables'> = { getVariableData: getVariableData.slice(at, at + most) }
    const outcome = await send({ ...command, payload: part })
    const answer = outcome.response as Response<'GetVariables'> | undefined
    if (answer === undefined) return outcome
    results.push(...answer.getVariableResult)
  }
  return { status: 'Accepted', response: { getVariableResult: results } }
}
