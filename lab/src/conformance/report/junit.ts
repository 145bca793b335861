import type { CaseReport, RunReport } from '../verdict.ts'
import { escaped } from './escaped.ts'

/** JUnit's XML, for build servers; each step is a line of its case's output. */
export function junitOf(run: RunReport): string {
  const skipped = run.notApplicable + run.notImplemented
  const head = `<testsuite name="${escaped(`OCPP 2.0.1, ${run.role}, ${run.target}`)}" tests="${
    run.total
  }" failures="${run.failed}" skipped="${skipped}">`
  const lines = run.cases.map(testcase)
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...lines, '</testsuite>', ''].join('\n')
}

function testcase(each: CaseReport): string {
  const name = `name="${escaped(`${each.id}: ${each.title}`)}"`
  const open = `  <testcase classname="${escaped(each.profile)}" ${name} time="${each.millis / 1000}">`
  const reason = `message="${escaped(each.reason)}"`
  const verdict = {
    passed: '',
    failed: `<failure ${reason}/>`,
    notApplicable: `<skipped ${reason}/>`,
    notImplemented: `<skipped ${reason}/>`,
  }[each.verdict]
  const steps = each.steps.map(
    ({ says, expected, actual, verdict: came }) =>
      `${came}: ${says}; expected ${expected}; actual ${actual}`,
  )
  return `${open}${verdict}<system-out>${escaped(steps.join('\n'))}</system-out></testcase>`
}
