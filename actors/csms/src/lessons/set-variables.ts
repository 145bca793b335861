import { attributeKey, learned, type Learned } from '../core/facts.ts'
import { isSecretVariable } from '../core/secret-variables.ts'
import type { Teaches } from './lesson.ts'

/** B05: what was set is now its value, at once or after a restart. Secrets are not kept here. */
export const setVariables: Teaches<'SetVariables'> = (request, { setVariableResult }) => ({
  put: setVariableResult.map((result): Learned => {
    const { component, variable, attributeType = 'Actual', attributeStatus } = result
    const key = attributeKey(component, variable, attributeType)
    const asked = request.setVariableData.find(
      (each) => attributeKey(each.component, each.variable, each.attributeType) === key,
    )
    const done = attributeStatus === 'Accepted' || attributeStatus === 'RebootRequired'
    const value = isSecretVariable(component, variable) ? null : (asked?.attributeValue ?? null)
    return learned('variable', key, {
      component,
      variable,
      attributeType,
      setStatus: attributeStatus,
      ...(done ? { value } : {}),
    })
  }),
})
