import { assert, concat } from '@interlock/kernel'
import { invocationField } from './access.ts'
import { berLength, readBerLength } from './ber.ts'
import { constant, type Field, type Layout } from './layout.ts'
import type { Answer } from './response.ts'
import { answerOfAll, resultCodes, resultOfCode, type ResultCode } from './result-codes.ts'

/** What a command addressed, in order: the service of each, and its name where a person may ask. */
export type Addressed = {
  readonly results: readonly number[]
  readonly objects?: readonly string[]
}

const octetString = 0x09

/** Whether an answer has one result for each that was addressed, and says each only where they differ. */
export const isAccessAnswer = (
  { results: services }: Addressed,
  { result, results, cells }: Answer,
): boolean => {
  if (cells !== undefined) return false
  if (results === undefined) return true
  const whole = answerOfAll(results)
  return (
    results.length === services.length && whole.results !== undefined && whole.result === result
  )
}

/**
 * A DLMS access-response: one datum and one result for each specification of the command.
 * @param read how what was read is laid out, where it is more than one octet string
 */
export function accessResponse(
  addressed: Addressed,
  read: Layout<Answer> = [oneString(addressed.results.length)],
): Layout<Answer> {
  const { results, objects = [] } = addressed
  const count = results.length
  return [
    constant('access response', 0xda, 0x20),
    invocationField,
    constant('date-time of the response', 0),
    constant('specifications', 0),
    { ...constant('data', count), say: () => `${count}` },
    ...read,
    { ...constant('results', count), say: () => `${count}` },
    {
      name: 'result of each',
      bytes: 2 * count,
      write(answer) {
        assert(isAccessAnswer(addressed, answer), 'a result of each that was addressed')
        return Uint8Array.from(
          results.flatMap((service, at) => [
            service,
            resultCodes[answer.results?.[at] ?? answer.result],
          ]),
        )
      },
      read(bytes) {
        const found = results.map((_service, at) => resultOfCode(bytes[2 * at + 1]))
        return found.every((each) => each !== undefined) ? answerOfAll(found) : undefined
      },
      say: ({ result, results: each }) => (each === undefined ? result : eachWords(each, objects)),
    },
  ]
}

const oneString = (count: number): Field<Answer> => ({
  name: 'what was read',
  bytes: datumBytes(count),
  write: ({ data }) =>
    data === undefined
      ? new Uint8Array(count)
      : concat(Uint8Array.of(octetString), berLength(data.length), data),
  read(bytes) {
    if (bytes[0] !== octetString) return {}
    const length = readBerLength(bytes, 1)
    return length && { data: bytes.slice(length.next) }
  },
  say: ({ data }) => (data === undefined ? 'nothing' : `${data.length} bytes`),
})

/** Those that are not `success`, by number and name; whoever reads it looks for what went wrong. */
const eachWords = (results: readonly ResultCode[], objects: readonly string[]): string =>
  results
    .flatMap((result, at) =>
      result === 'success'
        ? []
        : [`${result} of ${[at + 1, objects[at]].filter((part) => part !== undefined).join(', ')}`],
    )
    .concat(results.includes('success') ? ['success of the others'] : [])
    .join('; ')

/** One null for each specification, or an octet string. */
const datumBytes =
  (nulls: number) =>
  (rest: Uint8Array): number | undefined => {
    if (rest[0] !== octetString) return nulls
    const length = readBerLength(rest, 1)
    return length && length.next + length.length
  }
