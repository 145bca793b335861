import { learned } from '../core/facts.ts'
import type { Teaches } from './lesson.ts'

/** N04: monitors that the station took have the ids it gave them. */
export const setVariableMonitoring: Teaches<'SetVariableMonitoring'> = (request, response) => ({
  put: response.setMonitoringResult.flatMap((result, at) => {
    const { id, status, type, component, variable, severity } = result
    const asked = request.setMonitoringData[at]
    if (status !== 'Accepted' || id === undefined) return []
    const { value, transaction = false } = asked ?? {}
    const monitor = { id, type, severity, value: value ?? null, transaction, component, variable }
    return [learned('monitor', id, monitor)]
  }),
})

/** N06. */
export const clearVariableMonitoring: Teaches<'ClearVariableMonitoring'> = (
  _request,
  response,
) => ({
  remove: [
    {
      kind: 'monitor',
      keys: response.clearMonitoringResult
        .filter(({ status }) => status !== 'Rejected')
        .map(({ id }) => String(id)),
    },
  ],
})

/** N03. */
export const setMonitoringBase: Teaches<'SetMonitoringBase'> = (
  { monitoringBase },
  { status },
  at,
) => ({
  put: [learned('report', 'SetMonitoringBase', { monitoringBase, status, at })],
})

/** N05. */
export const setMonitoringLevel: Teaches<'SetMonitoringLevel'> = (
  { severity },
  { status },
  at,
) => ({
  put: [learned('report', 'SetMonitoringLevel', { severity, status, at })],
})
