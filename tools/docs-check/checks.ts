import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { anchorOf, exists, root, target, type Document } from './documents.ts'

/** Each check returns what is wrong with a document as sentences. */
const said = ({ path }: Document, problem: string): string => `${path}: ${problem}`

const withoutFences = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '')
const fences = (text: string): string => (text.match(/^```[\s\S]*?^```/gm) ?? []).join('\n')

/** What stands between backticks in running text. */
export const codeSpans = (text: string): string[] =>
  [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')

/** Links to files and headings lead somewhere; addresses on the web are not followed. */
export const links = (document: Document): string[] =>
  [...withoutFences(document.text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => !leads(document, link))
    .map((link) => said(document, `the link ${link} leads nowhere`))

function leads(document: Document, link: string): boolean {
  const { path, anchor } = target(document.path, link)
  if (path !== document.path && !exists(path)) return false
  if (anchor === undefined || !path.endsWith('.md')) return true
  const text = path === document.path ? document.text : readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/^#+ (.*)$/gm)].some((match) => anchorOf(match[1] ?? '') === anchor)
}

const folders = /^(packages|actors|lab|cli|docs|tools|vectors|\.ci)\/[\w./-]+$/

/** Paths of this repository named between backticks exist. A `*` or `<name>` stands for many. */
export const paths = (document: Document): string[] =>
  codeSpans(document.text)
    .filter((span) => folders.test(span) && !exists(span))
    .map((span) => said(document, `there is no ${span}`))

/** `npm run x` and `npm test` name scripts of the workspace. */
export const scripts =
  (known: readonly string[]) =>
  (document: Document): string[] => {
    const text = `${codeSpans(document.text).join('\n')}\n${fences(document.text)}`
    const lifecycle = [...text.matchAll(/\bnpm (start|test)\b/g)].map((match) => match[1] ?? '')
    const named = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1] ?? '')
    return [...lifecycle, ...named]
      .filter((script) => !known.includes(script))
      .map((script) => said(document, `there is no script ${script}`))
  }

const reasonLike = /^[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+$/
const limitLike =
  /^(?:limits\.)?[a-z]+(?:[A-Z][a-z]+)*(?:Max|Min|Millis|Seconds|Bytes|Hertz|Watts)$/

/** Reasons, messages, limits and other names of the code still occur there. */
export const names =
  (source: string) =>
  (document: Document): string[] =>
    codeSpans(document.text)
      .filter((span) => reasonLike.test(span) || limitLike.test(span))
      .filter((span) => !occurs(source, span.replace('limits.', '')))
      .map((span) => said(document, `nothing in the code is called ${span}`))

const occurs = (source: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(source)
