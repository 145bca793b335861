import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Role } from '../verdict.ts'

/** From a page of the documents to the cases of a role. */
const pathOf = (role: Role, file: string): string => `lab/src/conformance/cases/${role}/${file}`

/** In which file each case is written, by its id. */
export function writtenIn(role: Role): ReadonlyMap<string, string> {
  const dir = fileURLToPath(new URL(`../cases/${role}`, import.meta.url))
  const found = new Map<string, string>()
  for (const file of readdirSync(dir).toSorted())
    for (const [id] of readFileSync(join(dir, file), 'utf8').matchAll(/\bTC_[A-P]_\d\d_CS(MS)?\b/g))
      if (!found.has(id)) found.set(id, pathOf(role, file))
  return found
}

/** Every requirement that the code speaks of, with the tests beside it that cite it; there may be none. */
export function citedIn(): ReadonlyMap<string, readonly string[]> {
  const root = fileURLToPath(new URL('../../../..', import.meta.url))
  const found = new Map<string, string[]>()
  for (const file of ['packages', 'actors', 'lab'].flatMap((part) => sources(join(root, part)))) {
    const ids = readFileSync(file, 'utf8').matchAll(/\b[A-P]\d\d\.FR\.\d+\b/g)
    for (const id of new Set(Array.from(ids, ([each]) => each))) {
      const tests = found.get(id) ?? []
      found.set(id, file.endsWith('.test.ts') ? [...tests, basename(file)] : tests)
    }
  }
  return found
}

const sources = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .toSorted()
    .map((name) => join(dir, name))
