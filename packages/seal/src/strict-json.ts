import { fromUtf8, nestsAtMost, refused, ok, type Outcome } from '@interlock/kernel'
import { limits } from '@interlock/contract'

/** A text, with the colon after it where it is a member's name, or an end of an object or array. */
const token = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}[\]]/gs

/**
 * Parses JSON that two parties must read alike: UTF-8, no member name twice in one object, nesting
 * bounded by `limits.jsonDepthMax`. What `JSON.parse` leaves open (the last duplicate wins) is where
 * a countersigner and a charger could see two different commands in one signature.
 */
export function parseStrictJson(bytes: Uint8Array): Outcome<unknown, 'Malformed'> {
  try {
    const text = fromUtf8(bytes)
    const value: unknown = JSON.parse(text)
    const problem = isPlain(text, value) ? undefined : ambiguity(text)
    return problem === undefined ? ok(value) : refused('Malformed', problem)
  } catch {
    return refused('Malformed', 'not JSON in UTF-8')
  }
}

/**
 * Whether a text is what would be written of its value, and so names nothing twice: true of nearly
 * everything that a program has written, and found in a fraction of the time that the walk takes.
 */
const isPlain = (text: string, value: unknown): boolean =>
  nestsAtMost(text, limits.jsonDepthMax) && JSON.stringify(value) === text

/** Walks well-formed JSON, in which only a member's name is followed by a colon. */
function ambiguity(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  for (const [found, inner, colon] of text.matchAll(token)) {
    if (found === '{' || found === '[') {
      if (open.push(undefined) > limits.jsonDepthMax) return 'nested too deeply'
    } else if (found === '}' || found === ']') open.pop()
    else if (colon !== undefined) {
      const raw = inner ?? ''
      const name = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
      const names = (open[open.length - 1] ??= new Set())
      if (names.has(name)) return `the name ${name} occurs twice`
      names.add(name)
    }
  }
  return undefined
}
