import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export type Document = { /** From the root. */ readonly path: string; readonly text: string }

const markdownIn = (folder: string, recursive: boolean): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { withFileTypes: true, recursive })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    : []

/** README, ARCHITECTURE and their like, and everything under docs. */
export const documents = (): Document[] =>
  [...markdownIn('.', false), ...markdownIn('docs', true)].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }))

const sourceFolders = ['packages', 'actors', 'lab', 'cli', 'tools']

/** All source text, for looking up whether a name still exists. */
export function sourceText(): string {
  const files = sourceFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/\/(node_modules|dist)\//.test(path)),
  )
  return files.map((path) => readFileSync(path, 'utf8')).join('\n')
}

/** The file or folder that a link of `from` leads to, and the heading in it. */
export function target(from: string, link: string): { path: string; anchor: string | undefined } {
  const [file = '', anchor] = link.split('#')
  const path = file === '' ? from : normalize(join(dirname(from), file))
  return { path, anchor }
}

export const exists = (path: string): boolean => existsSync(join(root, path))

/** The anchor that a heading gets where Markdown is shown. */
export const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
