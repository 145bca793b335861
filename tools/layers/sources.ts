import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A workspace: a package, an actor, the lab, the command; and the tools, which are none. */
export type Part = {
  readonly name: string
  readonly folder: string
  readonly dependencies: readonly string[]
}
export type Source = {
  readonly part: Part
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
  /** Tests, fixtures and build configuration: they ship nowhere. */
  readonly isTest: boolean
}

const skipped = ['node_modules', 'dist', 'generated']

export function parts(): Part[] {
  const inside = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${folder}/${entry.name}`)
  const folders = [...inside('packages'), ...inside('actors'), 'lab', 'cli']
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({
      name: folder.split('/').at(-1) ?? folder,
      folder,
      dependencies: Object.keys(manifest(folder).dependencies ?? {}),
    }))
}

export const tools: Part = { name: 'tools', folder: 'tools', dependencies: [] }

export const manifest = (folder: string): { dependencies?: object; devDependencies?: object } =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as object

export const sourcesOf = (part: Part): Source[] =>
  readdirSync(join(root, part.folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts|mjs)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split('/').some((each) => skipped.includes(each)))
    .map((path) => ({
      part,
      path,
      text: readFileSync(join(root, path), 'utf8'),
      isTest: /\.(test|fixture|config|attack)\.tsx?$/.test(path),
    }))

const specifier =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g

/** Every module that a source names: static, for its side effect, or dynamic. */
export const importsOf = (text: string): string[] =>
  [...text.matchAll(specifier)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')

/** The package that a bare specifier belongs to. */
export const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
