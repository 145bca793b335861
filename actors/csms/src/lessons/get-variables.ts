import { learnedVariable } from '../core/facts.ts'
import type { Teaches } from './lesson.ts'

/** B06: every result is on file, refusals too; a value that was not given is not overwritten. */
export const getVariables: Teaches<'GetVariables'> = (_request, { getVariableResult }) => ({
  put: getVariableResult.map((result) => {
    const { attributeStatus, attributeValue } = result
    return learnedVariable(result, {
      attributeStatus,
      ...(attributeStatus === 'Accepted' ? { value: attributeValue ?? '' } : {}),
    })
  }),
})
