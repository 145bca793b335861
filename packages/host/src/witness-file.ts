import { limits } from '@interlock/contract'
import { Fault, parseJson } from '@interlock/kernel'
import type { WitnessStatement } from '@interlock/ledger'
import { fromPem } from '@interlock/pki'
import { readText } from './read-file.ts'
import { readStatement, witnessProblems } from './witness.ts'

/**
 * Reads statements of witnesses: one a line, as an actor keeps them beside its trail, or the JSON array
 * that the witness itself gives. Statements of several actors may stand in one file.
 * @throws Fault `WitnessUnreadable` naming file, line and reason: evidence that does not verify is none
 */
export function readWitness(path: string, roots?: readonly string[]): WitnessStatement[] {
  const text = readText(path)
  const anchors = roots?.flatMap((pem) => fromPem(pem, 'CERTIFICATE'))
  const read = (value: unknown, line: number): WitnessStatement => {
    const statement = readStatement(value, anchors)
    if (statement.ok) return statement.value
    throw new Fault(
      'WitnessUnreadable',
      `${path}:${line}: ${statement.reason}: ${witnessProblems[statement.reason]}`,
      { remedy: 'ask the witness for its own statements (GET /api/v1/checkpoints/ACTOR)' },
    )
  }
  const parse = (part: string): unknown => {
    const parsed = parseJson(part, limits.jsonDepthMax)
    return parsed.ok ? parsed.value : undefined
  }
  if (text.trimStart().startsWith('[')) {
    const list = parse(text)
    return (Array.isArray(list) ? list : [undefined]).map((each, index) => read(each, index + 1))
  }
  // A crash may have cut the last line short: what the witness keeps is whole.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .flatMap((part, index) => (part === '' ? [] : [read(parse(part), index + 1)]))
}
