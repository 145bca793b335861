import { readTable } from '../table/read.ts'
import { readRequirements } from '../table/requirements.ts'
import { casesPage, type Side } from './render.ts'
import { requirementsPage } from './requirements.ts'
import { citedIn, writtenIn } from './where.ts'

/** The generated pages, by their path from the root of the repository. */
export function conformancePages(): ReadonlyMap<string, string> {
  const sides: readonly Side[] = [
    { heading: 'CSMS', rows: readTable('csms'), writtenIn: writtenIn('csms') },
    { heading: 'Station', rows: readTable('station'), writtenIn: writtenIn('station') },
  ]
  return new Map([
    ['docs/conformance/cases.md', casesPage(sides)],
    ['docs/conformance/requirements.md', requirementsPage(readRequirements(), sides, citedIn())],
  ])
}
