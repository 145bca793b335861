import { excerpt, ok, refused, type Outcome } from '@interlock/kernel'
import { DOMParser } from '@xmldom/xmldom'
import { guardXml } from './guard.ts'
import type { DuisProblem } from './problems.ts'
import { namespaces } from './services.ts'

/** One XML element: either children or text, never both. */
export type Element = {
  readonly namespace: string
  readonly name: string
  /** Without namespace declarations. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  readonly text: string
}

/** Parses guarded text into a DOM. */
export function parseDom(xml: string): Outcome<Document, DuisProblem> {
  const guarded = guardXml(xml)
  if (!guarded.ok) return guarded
  if (guarded.value.trim() === '') return refused('XmlMalformed', 'there is nothing in it')
  const stop = (message: string): never => {
    throw new SyntaxError(message)
  }
  try {
    const handler = { warning: stop, error: stop, fatalError: stop }
    return ok(new DOMParser({ errorHandler: handler }).parseFromString(guarded.value, 'text/xml'))
  } catch (error) {
    return refused('XmlMalformed', error instanceof Error ? wordsOf(error) : '')
  }
}

/** What the parser says, without what it says of itself, and where, if it knows. */
function wordsOf({ message }: Error): string {
  const words = message.replace(/^.*\[xmldom \w+\]\s*/s, '')
  return excerpt(
    words
      .replace(/\s*@#\[line:undefined,col:undefined\]/g, '')
      .replace(/\s*@#\[line:(\d+),col:(\d+)\]/g, ' (line $1, column $2)'),
  )
}

/** Reads a document into elements; mixed content is refused. */
export function parseElements(xml: string): Outcome<Element, DuisProblem> {
  const dom = parseDom(xml)
  return dom.ok ? elementsOf(dom.value) : dom
}

/** The same of what is parsed already. */
export function elementsOf(dom: Document): Outcome<Element, DuisProblem> {
  const root = dom.documentElement
  if (!root || dom.childNodes.length !== 1) return refused('XmlMalformed', 'one root element')
  const element = toElement(root)
  return element === undefined ? refused('XmlMalformed', 'mixed content') : ok(element)
}

const elementNode = 1
const textNode = 3

function toElement(node: globalThis.Element): Element | undefined {
  const children: Element[] = []
  let text = ''
  for (const child of Array.from(node.childNodes)) {
    if (child.nodeType === textNode) text += child.nodeValue ?? ''
    else if (child.nodeType !== elementNode) return undefined
    else {
      const element = toElement(child as globalThis.Element)
      if (element === undefined) return undefined
      children.push(element)
    }
  }
  if (children.length > 0 && /[^ \t\r\n]/.test(text)) return undefined
  const attributes = Array.from(node.attributes)
    .filter((each) => each.name !== 'xmlns' && !each.name.startsWith('xmlns:'))
    .map((each) => [each.name, each.value] as const)
  return {
    namespace: node.namespaceURI ?? '',
    name: node.localName,
    attributes: new Map(attributes),
    children,
    text: children.length > 0 ? '' : text,
  }
}

/**
 * The children of `element` when they are exactly these names, in this order, in its own namespace;
 * a name ending in `?` may be absent.
 */
export function childrenOf<Name extends string>(
  element: Element,
  ...names: readonly Name[]
): Map<string, Element> | undefined {
  const found = new Map<string, Element>()
  let at = 0
  for (const name of names) {
    const child = element.children[at]
    const wanted = name.replace('?', '')
    if (child?.name === wanted && child.namespace === element.namespace) {
      found.set(wanted, child)
      at++
    } else if (!name.endsWith('?')) return undefined
  }
  return at === element.children.length ? found : undefined
}

/** The element has this name and exactly these attributes. */
export const isPlain = (node: Element, name: string, ...attributes: readonly string[]): boolean =>
  node.name === name &&
  node.attributes.size === attributes.length &&
  attributes.every((each) => node.attributes.has(each))

/** Text of a child without attributes or children; empty when there is none. */
export function textOf(parts: Map<string, Element> | undefined, name: string): string {
  const node = parts?.get(name)
  return node && node.children.length === 0 && node.attributes.size === 0 ? node.text : ''
}

/** Leaves out a signature that is the last child; anywhere else it is an unexpected element. */
export function withoutSignature(node: Element): Element {
  const last = node.children.at(-1)
  const signed = last?.namespace === namespaces.ds && last.name === 'Signature'
  return signed ? { ...node, children: node.children.slice(0, -1) } : node
}
