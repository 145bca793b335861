import { excerpt, ok, refused, type Outcome } from './failure.ts'

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
    return refused('JsonMalformed', cause instanceof Error ? excerpt(cause.message) : undefined)
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
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === quote) at = endOfString(text, at)
    else if (char === openBrace || char === openBracket) {
      if (++depth > depthMax) return true
    } else if (char === closeBrace || char === closeBracket) depth--
  }
  return false
}

/** The quotation mark after the one at `begin` that no odd number of backslashes precedes; else the end of the text. */
function endOfString(text: string, begin: number): number {
  let end = begin
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return end
  }
}

const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
