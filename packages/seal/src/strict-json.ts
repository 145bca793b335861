import { fromUtf8, refused, ok, type Outcome } from '@interlock/kernel'
import { limits } from '@interlock/contract'

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs

/**
 * Parses JSON that two parties must read alike: UTF-8, no member name twice in one object, nesting
 * bounded by `limits.jsonDepthMax`. What `JSON.parse` leaves open (the last duplicate wins) is where
 * a countersigner and a charger could see two different commands in one signature.
 */
export function parseStrictJson(bytes: Uint8Array): Outcome<unknown, 'Malformed'> {
  try {
    const text = fromUtf8(bytes)
    const value: unknown = JSON.parse(text)
    const problem = ambiguity(text)
    return problem === undefined ? ok(value) : refused('Malformed', problem)
  } catch {
    return refused('Malformed', 'not JSON in UTF-8')
  }
}

/** Walks well-formed JSON; a string followed by a colon is a member name. */
function ambiguity(text: string): string | undefined {
  const open: Set<string>[] = []
  let string: string | undefined
  for (const [found] of text.matchAll(token)) {
    if (found === '{' || found === '[') {
      open.push(new Set())
      if (open.length > limits.jsonDepthMax) return 'nested too deeply'
    } else if (found === '}' || found === ']') open.pop()
    else if (found === ':') {
      const names = open.at(-1)
      if (string === undefined || names === undefined) return 'a name is missing'
      if (names.has(string)) return `the name ${string} occurs twice`
      names.add(string)
    }
    string = found.startsWith('"') ? (JSON.parse(found) as string) : undefined
  }
  return undefined
}
