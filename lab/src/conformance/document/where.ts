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
