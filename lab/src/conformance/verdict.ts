import type { RequirementId } from './table/row.ts'

/** How a case can end. `notApplicable` names the capability; `notImplemented` means: by this runner. */
export const verdicts = ['passed', 'failed', 'notApplicable', 'notImplemented'] as const
export type Verdict = (typeof verdicts)[number]

/** One sentence of a case: what was expected, what came. `notMade`: nobody can be asked here. */
export type Step = {
  readonly says: string
  readonly expected: string
  readonly actual: string
  readonly verdict: 'passed' | 'failed' | 'notMade'
}

export type CaseReport = {
  readonly id: string
  readonly title: string
  readonly profile: string
  readonly verdict: Verdict
  /** Empty for a case that passed. */
  readonly reason: string
  readonly requirements: readonly RequirementId[]
  readonly steps: readonly Step[]
  readonly millis: number
}

export type RunReport = {
  readonly role: Role
  readonly target: string
  readonly total: number
  readonly passed: number
  readonly failed: number
  readonly notApplicable: number
  readonly notImplemented: number
  /** Steps that nobody could be asked about, in cases that passed. */
  readonly stepsNotMade: number
  readonly cases: readonly CaseReport[]
}

/** Which end is under test. */
export type Role = 'csms' | 'station'

/** Counts of the verdicts, as every reporter prints them. */
export function summed(role: Role, target: string, cases: readonly CaseReport[]): RunReport {
  const count = (verdict: Verdict): number =>
    cases.filter((each) => each.verdict === verdict).length
  return {
    role,
    target,
    total: cases.length,
    passed: count('passed'),
    failed: count('failed'),
    notApplicable: count('notApplicable'),
    notImplemented: count('notImplemented'),
    stepsNotMade: cases
      .filter(({ verdict }) => verdict === 'passed')
      .flatMap(({ steps }) => steps)
      .filter(({ verdict }) => verdict === 'notMade').length,
    cases,
  }
}
