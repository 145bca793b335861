import type { Request } from '@interlock/ocpp'
import { present } from '../match.ts'
import type { StationScene } from './case.ts'

export type Variable = Request<'GetVariables'>['getVariableData'][number]

export const named = (component: string, variable: string, instance?: string): Variable => ({
  component: { name: component },
  variable: { name: variable, ...(instance === undefined ? {} : { instance }) },
})

/** Reads variables; each result must be as expected, in that order. */
export const reads = (
  { csms }: StationScene,
  wanted: readonly Variable[],
  expected: readonly object[],
): Promise<unknown> =>
  csms.sends('GetVariables', { getVariableData: [...wanted] }, { getVariableResult: expected })

/** Sets variables; each must be taken, or not, as said. */
export const sets = (
  { csms }: StationScene,
  data: readonly (Variable & { attributeValue: string })[],
  ...statuses: readonly unknown[]
): Promise<unknown> =>
  csms.sends(
    'SetVariables',
    { setVariableData: [...data] },
    { setVariableResult: statuses.map((attributeStatus) => ({ attributeStatus })) },
  )

/** One variable of a report. */
export type Reported = NonNullable<Request<'NotifyReport'>['reportData']>[number]

/** The whole of a report that was asked for, page after page (B07.FR.04 … B07.FR.12). */
export async function report(
  { csms }: StationScene,
  requestId: number,
): Promise<readonly Reported[]> {
  const data: Reported[] = []
  for (let seqNo = 0; seqNo < pagesMax; seqNo += 1) {
    const page = await csms.isSent('NotifyReport', { requestId, generatedAt: present, seqNo })
    data.push(...(page.reportData ?? []))
    if (page.tbc !== true) break
  }
  return data
}
const pagesMax = 100

/** As `Component.Variable(Instance)`. */
export const nameOf = ({ component, variable }: Reported): string =>
  `${component.name}.${variable.name}${variable.instance === undefined ? '' : `(${variable.instance})`}`
