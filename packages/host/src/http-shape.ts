import type { Validator } from 'typebox/compile'
import { problem, type Reply } from './http-problem.ts'

/** What is wrong with a body that is not of the shape. */
export function problemOf(shape: Validator, body: unknown): Reply | undefined {
  if (shape.Check(body)) return undefined
  const [first] = shape.Errors(body)
  const where = first === undefined ? '' : `${first.instancePath || 'body'} ${first.message}`
  return problem('BodyInvalid', where)
}

/** `undefined` when a value is not one text. */
export function textsOf(values: unknown): Record<string, string> | undefined {
  const texts = textsIn(values)
  return Object.keys(texts).length === Object.keys(values ?? {}).length ? texts : undefined
}

/** The entries that are one text. */
export const textsIn = (values: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
