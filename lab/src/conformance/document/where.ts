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

/** Which tests outside of the cases cite a requirement, by its id. */
export function citedIn(): ReadonlyMap<string, readonly string[]> {
  const root = fileURLToPath(new URL('../../../..', import.meta.url))
  const found = new Map<string, string[]>()
  for (const part of ['packages', 'actors', 'lab'])
    for (const file of readdirSync(join(root, part), {
      recursive: true,
      encoding: 'utf8',
    }).toSorted()) {
      if (!file.endsWith('.test.ts') || file.includes('node_modules')) continue
      const text = readFileSync(join(root, part, file), 'utf8')
      const ids = new Set(Array.from(text.matchAll(/\b[A-P]\d\d\.FR\.\d+\b/g), ([id]) => id))
      for (const id of ids) found.set(id, [...(found.get(id) ?? []), basename(file)])
    }
  return found
}
