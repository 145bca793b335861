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
 * Whether a text has no more colons, in strings too, than its value has members: then it names nothing
 * twice, and need not be walked.
 */
const isPlain = (text: string, value: unknown): boolean =>
  nestsAtMost(text, limits.jsonDepthMax) && !hasMore(text, ':', membersOf(value))

function hasMore(text: string, what: string, count: number): boolean {
  let left = count
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1))
    if (--left < 0) return true
  return false
}

/** Members of all objects in a value that is no deeper than `limits.jsonDepthMax`. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const within: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  let count = Array.isArray(value) ? 0 : within.length
  for (const each of within) if (typeof each === 'object') count += membersOf(each)
  return count
}

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
