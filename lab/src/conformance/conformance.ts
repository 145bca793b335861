import { Fault } from '@interlock/kernel'
import { csmsCases } from './cases/csms/index.ts'
import { readCapabilities } from './capabilities.ts'
import { openPeerSubject } from './csms/peer-subject.ts'
import { csmsReady } from './csms/scene.ts'
import { openSelf } from './csms/self.ts'
import type { CsmsSubject } from './csms/subject.ts'
import { runCases, type RunOptions } from './run.ts'
import { readTable } from './table/read.ts'
import type { Row } from './table/row.ts'
import { summed, type Role, type RunReport } from './verdict.ts'

export type ConformanceOptions = {
  readonly role: Role
  /** `self`, `null`, `relay`, or the address of a foreign CSMS. */
  readonly target: string
  /** Where the run may keep what it makes; empty, and the caller removes it. */
  readonly dir: string
  /** Only the cases of that profile. */
  readonly profile?: string
  /** Only these cases. */
  readonly ids?: readonly string[]
  readonly say: (words: string) => void
} & Pick<RunOptions, 'stepMillisMax' | 'concurrency' | 'onCase'>

/**
 * Runs the certification cases against one end, over real connections.
 *
 * @throws Fault when the end under test cannot be started or reached, `NoCase` when none is chosen
 */
export async function runConformance(options: ConformanceOptions): Promise<RunReport> {
  const rows = chosen(options)
  const subject = await openSubject(options, rows.length)
  const byId = new Map(csmsCases.map((each) => [each.id, each]))
  try {
    const cases = await runCases({
      ...options,
      rows,
      lacks: readCapabilities(),
      find(id) {
        const found = byId.get(id)
        return found === undefined ? undefined : csmsReady(subject, found)
      },
    })
    return summed(options.role, options.target, cases)
  } finally {
    await subject.close()
  }
}

/** Whether there is a case behind that id. */
export const isWritten = (id: string): boolean => csmsCases.some((each) => each.id === id)

function chosen({ role, profile, ids }: ConformanceOptions): readonly Row[] {
  const rows = readTable(role).filter(
    (row) =>
      (profile === undefined || row.profiles.some(({ name }) => name === profile)) &&
      (ids === undefined || ids.length === 0 || ids.includes(row.id)),
  )
  if (rows.length === 0)
    throw new Fault('NoCase', 'no case is chosen', { remedy: 'see: interlock conformance list' })
  return rows
}

/** Some cases need more than one station. */
const spareStations = 8

function openSubject(
  { target, dir, say }: ConformanceOptions,
  cases: number,
): Promise<CsmsSubject> {
  if (target === 'self') return openSelf(dir, cases + spareStations, say)
  if (target === 'null' || target === 'relay') return openPeerSubject(target, dir)
  throw new Fault('TargetUnknown', `“${target}” is no target`)
}
