import { isErrorCode, parseActionName, readSigned, validateResponse } from '@interlock/ocpp'

/** A message as far as it can be read; undefined when it is no JSON, or deeper than an endpoint reads. */
export type Given = unknown

/** What is wrong with `sent`, by Part 4, as the answer to a message; undefined when nothing is. */
export function illegality(given: Given, sent: readonly string[]): string | undefined {
  if (claimsToAnswer(given)) {
    return sent.length === 0 ? undefined : `an answer was answered: ${sent[0]}`
  }
  if (sent.length !== 1) return `${sent.length} answers to one message`
  const answer = read(sent[0] ?? '')
  if (!Array.isArray(answer)) return `not an array: ${sent[0]}`
  const [type, id] = answer as unknown[]
  const expected = idOf(given)
  if (id !== expected) return `the answer is for ${JSON.stringify(id)}, not for ${expected}`
  if (type === 4) return errorProblem(answer)
  if (type !== 3) return `message type ${String(type)}`
  return resultProblem(given, answer)
}

/** A CALLRESULT or CALLERROR, however broken: nothing answers those (§4.2.3). */
export const claimsToAnswer = (given: Given): boolean =>
  Array.isArray(given) && (given[0] === 3 || given[0] === 4)

const idOf = (given: Given): string => {
  const id: unknown = Array.isArray(given) ? given[1] : undefined
  return typeof id === 'string' && id.length > 0 && id.length <= 36 ? id : '-1'
}

const depthMax = 32
export function read(text: string): Given {
  try {
    const value: unknown = JSON.parse(text)
    return isDeeper(value, depthMax) ? undefined : value
  } catch {
    return undefined
  }
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1)))

function errorProblem(answer: readonly unknown[]): string | undefined {
  const [, , code, description, details] = answer
  if (answer.length !== 5) return 'a CALLERROR has five elements'
  if (typeof code !== 'string' || !isErrorCode(code)) return `error code ${String(code)}`
  if (code === 'InternalError') return 'a handler broke'
  if (typeof description !== 'string' || description.length > 255) return 'the description'
  return typeof details === 'object' && details !== null ? undefined : 'the details'
}

function resultProblem(given: Given, answer: readonly unknown[]): string | undefined {
  if (answer.length !== 3) return 'a CALLRESULT has three elements'
  const action = Array.isArray(given) && typeof given[2] === 'string' ? given[2] : ''
  const name = parseActionName(action)
  if (name === undefined) return `a result for ${action}`
  const signed = name.signed ? readSigned(answer[2]) : undefined
  const payload = signed?.ok === true ? signed.value.payload : answer[2]
  const valid = validateResponse(name.action, payload)
  return valid.ok ? undefined : `${action}: ${valid.detail}`
}
