import type { RunReport } from '../verdict.ts'

/** What `--json` prints: the counts, and for each case its id, verdict and reason. */
export const briefOf = ({ cases, ...counts }: RunReport) => ({
  total: counts.total,
  passed: counts.passed,
  failed: counts.failed,
  notApplicable: counts.notApplicable,
  notImplemented: counts.notImplemented,
  ...(counts.stepsNotMade === 0 ? {} : { stepsNotMade: counts.stepsNotMade }),
  cases: cases.map(({ id, verdict, reason }) => ({ id, verdict, reason })),
})
