import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Role } from '../verdict.ts'
import { profileNames, type ProfileName, type Row } from './row.ts'

/** The table of a role: tab-separated, one case a line; the first line names the columns. */
export function readTable(role: Role): readonly Row[] {
  const path = fileURLToPath(new URL(`./${role}.tsv`, import.meta.url))
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map(rowOf)
}

function rowOf(line: string): Row {
  const [id = '', title = '', profiles = '', requirements = '', capability = ''] = line.split('\t')
  return {
    id,
    title,
    profiles: words(profiles, ';').map((text) => {
      const [name = '', mark] = text.split(':')
      if (!isProfile(name)) throw new TypeError(`${id}: there is no profile ${name}`)
      return { name, mandatory: mark === 'M' }
    }),
    requirements: words(requirements, ' '),
    capability: capability === '' ? undefined : capability,
  }
}

const words = (text: string, separator: string): string[] =>
  text.split(separator).filter((word) => word !== '')

const isProfile = (name: string): name is ProfileName =>
  (profileNames as readonly string[]).includes(name)
