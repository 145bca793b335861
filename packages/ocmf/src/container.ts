import { XMLParser } from 'fast-xml-parser'
import { excerpt, fromUtf8, ok, refused, type Outcome } from '@interlock/kernel'
import { bytesOf } from './encoding.ts'
import { containerCharactersMax, type OcmfProblem } from './problems.ts'

/** A record with the key that came beside it. */
export type SignedValue = { readonly record: string; readonly publicKey?: string }

const parser = new XMLParser({
  ignoreAttributes: false,
  parseTagValue: false,
  isArray: (name) => name === 'value',
})

/** Records of a file: the XML container, or one record in each line. */
export function readSignedValues(file: string): Outcome<readonly SignedValue[], OcmfProblem> {
  if (file.length > containerCharactersMax) return refused('TooLarge', `${file.length} characters`)
  const text = file.replace(/^\uFEFF/, '').trimStart()
  if (text.startsWith('<')) return readContainer(text)
  if (!text.startsWith('OCMF|'))
    return refused('RecordsMissing', text === '' ? 'it is empty' : 'it begins with other text')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return ok(lines.map((record) => ({ record })))
}

/** Records of the XML container that transparency software reads: `<values><value>…`. */
function readContainer(xml: string): Outcome<readonly SignedValue[], OcmfProblem> {
  // A declaration can define what expands without end; comments are passed by.
  if (/<!(?!--)/.test(xml)) return refused('ContainerMalformed', 'a declaration')
  let document: unknown
  try {
    document = parser.parse(xml, true)
  } catch (cause) {
    return refused(
      'ContainerMalformed',
      cause instanceof Error ? excerpt(cause.message) : undefined,
    )
  }
  const { values } = document as { values?: { value?: readonly Value[] } }
  const found = values?.value ?? []
  if (found.length === 0) return refused('ContainerMalformed', 'no <value> in <values>')
  const signed: SignedValue[] = []
  for (const { signedData, publicKey } of found) {
    const record = signedData === undefined ? undefined : plain(signedData)
    if (record === undefined) return refused('ContainerMalformed', 'a <value> without signedData')
    const key = publicKey === undefined ? '' : textOf(publicKey).trim()
    signed.push({ record, ...(key !== '' && { publicKey: key }) })
  }
  return ok(signed)
}

/** With attributes an element is an object, without them its text. */
type Element = string | { readonly '#text'?: string; readonly '@_encoding'?: string }
type Value = { readonly signedData?: Element; readonly publicKey?: Element }

const textOf = (element: Element): string =>
  typeof element === 'string' ? element : (element['#text'] ?? '')

/** The record itself, where the container holds its bytes in hex or base64. */
function plain(element: Element): string | undefined {
  const text = textOf(element).trim()
  const encoding = typeof element === 'string' ? undefined : element['@_encoding']
  if (encoding !== 'hex' && encoding !== 'base64') return text
  const bytes = bytesOf(text)
  try {
    return bytes && fromUtf8(bytes)
  } catch {
    return undefined
  }
}
