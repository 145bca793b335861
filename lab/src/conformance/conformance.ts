import { Fault } from '@interlock/kernel'
import { csmsCases } from './cases/csms/index.ts'
import { stationCases } from './cases/station/index.ts'
import { readCapabilities } from './capabilities.ts'
import { openForeignCsms, type ForeignCsms } from './csms/foreign-csms.ts'
import { openPeerSubject } from './csms/peer-subject.ts'
import { csmsReady } from './csms/scene.ts'
import { openSelf } from './csms/self.ts'
import type { CsmsSubject } from './csms/subject.ts'
import { runCases, type Ready, type RunOptions } from './run.ts'
import { createCertificates } from './station/certificates.ts'
import { openForeignStation, type ForeignStation } from './station/foreign-station.ts'
import { stationReady } from './station/scene.ts'
import { openSelfStation } from './station/self.ts'
import { openThoughtlessStation } from './station/thoughtless-station.ts'
import type { StationSubject } from './station/subject.ts'
import { readTable } from './table/read.ts'
import type { Row } from './table/row.ts'
import { summed, type Role, type RunReport } from './verdict.ts'

export type ConformanceOptions = {
  readonly role: Role
  /** `self`, `null`, for the CSMS role `relay`, or the address of a foreign end. */
  readonly target: string
  /** How the end at that address is reached. */
  readonly foreign?: Foreign
  /** Where the run may keep what it makes; empty, and the caller removes it. */
  readonly dir: string
  /** Only the cases of that profile. */
  readonly profile?: string
  /** Only these cases. */
  readonly ids?: readonly string[]
  readonly say: (words: string) => void
} & Pick<RunOptions, 'stepMillisMax' | 'concurrency' | 'onCase'>

/** An end of someone else, by its role. */
export type Foreign = { readonly csms: ForeignCsms } | { readonly station: ForeignStation }

/**
 * Runs the certification cases against one end, over real connections.
 *
 * @throws Fault when the end under test cannot be started or reached, `NoCase` when none is chosen
 */
export async function runConformance(options: ConformanceOptions): Promise<RunReport> {
  const rows = chosen(options)
  const bench = await openBench[options.role](options, rows.length)
  try {
    const { find } = bench
    const limited = { ...options, ...foreignLimits(options) }
    const cases = await runCases({ ...limited, rows, lacks: readCapabilities(), find })
    return summed(options.role, options.target, cases)
  } finally {
    await bench.close()
  }
}

/** Whether there is a case behind that id. */
export const isWritten = (id: string): boolean =>
  csmsCases.some((each) => each.id === id) || stationCases.some((each) => each.id === id)

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

/** What a person does at a station takes as long as it takes. */
const byHandMillis = { step: 30_000, case: 30 * 60_000 } as const

/** A station of someone else is in one case at a time. */
function foreignLimits({ foreign, concurrency, stepMillisMax }: ConformanceOptions) {
  if (foreign === undefined) return {}
  if ('csms' in foreign) {
    const stations = foreign.csms.stations.length
    return { concurrency: Math.min(concurrency ?? stations, stations) }
  }
  return {
    concurrency: 1,
    stepMillisMax: stepMillisMax ?? byHandMillis.step,
    caseMillisMax: byHandMillis.case,
  }
}

/** The end under test, and the cases made ready for it. */
type Bench = {
  readonly find: (id: string) => Ready | undefined
  readonly close: () => Promise<void>
}
type OpenBench = (options: ConformanceOptions, cases: number) => Promise<Bench>

const openBench: Readonly<Record<Role, OpenBench>> = {
  async csms(options, cases) {
    const subject = await openCsms(options, cases)
    const find = finder(csmsCases, (each) => csmsReady(subject, each))
    return { find, close: () => subject.close() }
  },
  async station(options) {
    const subject = openStation(options)
    const certificates = subject.site?.certificates ?? createCertificates()
    const find = finder(stationCases, (each) => stationReady(subject, certificates, each))
    return Promise.resolve({ find, close: () => subject.close() })
  },
}

function finder<Case extends { readonly id: string }>(
  cases: readonly Case[],
  ready: (each: Case) => Ready,
): Bench['find'] {
  const byId = new Map(cases.map((each) => [each.id, each]))
  return (id) => {
    const found = byId.get(id)
    return found === undefined ? undefined : ready(found)
  }
}

/** Some cases need more than one station. */
const spareStations = 8

function openCsms(options: ConformanceOptions, cases: number): Promise<CsmsSubject> {
  const { target, dir, say, foreign } = options
  if (foreign !== undefined && 'csms' in foreign) return openForeignCsms(foreign.csms)
  if (target === 'self') return openSelf(dir, cases + spareStations, say)
  if (target === 'null' || target === 'relay') return openPeerSubject(target, dir)
  throw new Fault('TargetUnknown', `“${target}” is no target`)
}

function openStation({ target, dir, foreign }: ConformanceOptions): StationSubject {
  if (foreign !== undefined && 'station' in foreign) return openForeignStation(foreign.station)
  if (target === 'self') return openSelfStation(dir)
  if (target === 'null') return openThoughtlessStation()
  throw new Fault('TargetUnknown', `“${target}” is no target of the station role`)
}
