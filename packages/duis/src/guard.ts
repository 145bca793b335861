import { ok, refused, type Outcome } from '@interlock/kernel'
import { documentCharactersMax, documentDepthMax, type DuisProblem } from './problems.ts'

/**
 * Looks at the text before any XML parser does. No document type, entity, comment, CDATA section or
 * processing instruction has a place in a DUIS document, and each is a known way to make a signature
 * cover something other than what is read.
 */
export function guardXml(xml: string): Outcome<string, DuisProblem> {
  if (xml.length > documentCharactersMax) return refused('TooLarge', `${xml.length} characters`)
  const text = trimmed(xml.replace(/^<\?xml version=["']1\.0["'] encoding=["']UTF-8["']\?>/, ''))
  if (/<[!?]/.test(text)) return refused('XmlForbidden', 'a declaration, comment or instruction')
  if (text.includes(']]>')) return refused('XmlForbidden', 'the end of a CDATA section')
  if (/&(?!(amp|lt|gt|quot|apos);)/.test(text)) return refused('XmlForbidden', 'an entity')
  // Control characters, and what is not a character of XML 1.0.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u.test(text))
    return refused('XmlForbidden', 'a control character')
  if (/xmlns:xml(?:ns)?[ \t\r\n]*=/.test(text))
    return refused('XmlForbidden', 'a prefix of XML itself that is bound anew')
  const depth = depthOf(text)
  if (depth === undefined)
    return refused('XmlMalformed', 'tags that do not begin and end each other')
  return depth > documentDepthMax ? refused('TooDeep') : ok(text)
}

const isSpace = (character: string | undefined): boolean =>
  character === ' ' || character === '\t' || character === '\r' || character === '\n'

/** Without the white space of XML at either end; a regular expression would try anew at each of many in the middle. */
function trimmed(text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && isSpace(text[from])) from++
  while (to > from && isSpace(text[to - 1])) to--
  return text.slice(from, to)
}

/**
 * Deepest nesting, in one pass. The parser forgives an end without a beginning, a beginning without an end
 * and a tag within a tag: none of them may hide how deep it will go.
 * @returns `undefined` for those; whether names fit one another is for the parser to see
 */
function depthOf(text: string): number | undefined {
  let depth = 0
  let deepest = 0
  let quote = ''
  let start = -1
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (start < 0) start = character === '<' ? at : -1
    else if (character === '<') return undefined
    else if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '>') {
      if (text.charAt(start + 1) === '/') {
        if (--depth < 0) return undefined
      } else if (text.charAt(at - 1) !== '/') {
        deepest = Math.max(deepest, ++depth)
        if (deepest > documentDepthMax) return deepest
      }
      start = -1
    }
  }
  return depth === 0 && start < 0 ? deepest : undefined
}
