import { attributeKey, learnedVariable, type Learned } from '../core/facts.ts'
import type { Teaches } from './lesson.ts'

/** B05: what was set is now its value, at once or after a restart. */
export const setVariables: Teaches<'SetVariables'> = (request, { setVariableResult }) => ({
  put: setVariableResult.map((result): Learned => {
    const { component, variable, attributeType, attributeStatus } = result
    const key = attributeKey(component, variable, attributeType)
    const asked = request.setVariableData.find(
      (each) => attributeKey(each.component, each.variable, each.attributeType) === key,
    )
    const done = attributeStatus === 'Accepted' || attributeStatus === 'RebootRequired'
    return learnedVariable(result, {
      setStatus: attributeStatus,
      ...(done ? { value: asked?.attributeValue ?? null } : {}),
    })
  }),
})
