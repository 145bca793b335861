import { ok, refused, type Outcome } from '@interlock/kernel'
import { documentCharactersMax, documentDepthMax, type DuisProblem } from './problems.ts'

/**
 * Looks at the text before any XML parser does. No document type, entity, comment, CDATA section or
 * processing instruction has a place in a DUIS document, and each is a known way to make a signature
 * cover something other than what is read.
 */
export function guardXml(xml: string): Outcome<string, DuisProblem> {
  if (xml.length > documentCharactersMax) return refused('TooLarge', `${xml.length} characters`)
  const text = xml.replace(/^<\?xml version=["']1\.0["'] encoding=["']UTF-8["']\?>/, '').trim()
  if (/<[!?]/.test(text)) return refused('XmlForbidden', 'a declaration, comment or instruction')
  if (/&(?!(amp|lt|gt|quot|apos);)/.test(text)) return refused('XmlForbidden', 'an entity')
  // Control characters, and what is not a character of XML 1.0.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text))
    return refused('XmlForbidden', 'a control character')
  return depthOf(text) > documentDepthMax ? refused('TooDeep') : ok(text)
}

/** Nesting as far as it is read, in one pass; parsing finds what is not well-formed. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let quote = ''
  let start = -1
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (start < 0) start = character === '<' ? at : -1
    else if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '>') {
      if (text.charAt(start + 1) === '/') depth--
      else if (text.charAt(at - 1) !== '/') deepest = Math.max(deepest, ++depth)
      start = -1
    }
  }
  return deepest
}
