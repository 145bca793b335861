import { ok, refused, type Outcome } from './failure.ts'

export type JsonProblem = 'JsonMalformed' | 'JsonTooDeep'

/**
 * Parses JSON from outside. Nesting is measured on the text first, so that a document of nothing but
 * brackets costs one pass and no stack.
 */
export function parseJson(text: string, depthMax: number): Outcome<unknown, JsonProblem> {
  if (!nestsAtMost(text, depthMax) && deeperThan(text, depthMax))
    return refused('JsonTooDeep', `more than ${depthMax} levels`)
  try {
    return ok(JSON.parse(text))
  } catch (cause) {
    return refused('JsonMalformed', cause instanceof Error ? cause.message : undefined)
  }
}

/**
 * Whether a text has so few brackets, in strings too, that it cannot nest deeper than `levels`: a
 * fraction of the work of measuring it, and enough for most.
 */
export function nestsAtMost(text: string, levels: number): boolean {
  let left = levels
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (--left < 0) return false
  return true
}

function deeperThan(text: string, depthMax: number): boolean {
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (quoted) {
      if (char === backslash) i++
      else if (char === quote) quoted = false
    } else if (char === quote) quoted = true
    else if (char === openBrace || char === openBracket) {
      if (++depth > depthMax) return true
    } else if (char === closeBrace || char === closeBracket) depth--
  }
  return false
}

const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
