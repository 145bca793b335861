import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
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

/**
 * Every requirement that the code speaks of, with the tests beside it that cite it, as paths from
 * the root of the repository; there may be none. A test of the runner holds nothing: it speaks of
 * requirements as its examples.
 */
export function citedIn(): ReadonlyMap<string, readonly string[]> {
  const root = fileURLToPath(new URL('../../../..', import.meta.url))
  const found = new Map<string, string[]>()
  for (const file of ['packages', 'actors', 'lab'].flatMap((part) => sources(root, part))) {
    const holds = file.endsWith('.test.ts') && !file.startsWith('lab/src/conformance/')
    const ids = readFileSync(join(root, file), 'utf8').matchAll(requirementId)
    for (const id of new Set(Array.from(ids, ([each]) => each))) {
      const tests = found.get(id) ?? []
      found.set(id, holds ? [...tests, file] : tests)
    }
  }
  return found
}

/** As `K01.FR.38`, and the generic `FR.03` and `SC.01`, which are the end of no other id. */
const requirementId = /(?<![\w.])(?:[A-P]\d\d\.FR\.\d+|(?:FR|SC)\.\d\d)\b/g

const sources = (root: string, part: string): readonly string[] =>
  readdirSync(join(root, part), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .toSorted()
    .map((name) => join(part, name))
