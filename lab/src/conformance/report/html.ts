import type { CaseReport, RunReport, Step } from '../verdict.ts'
import { escaped } from './escaped.ts'

export const notCertification =
  'This is a test of conformance that anyone can run. It is not certification by the Open Charge Alliance.'

/** What the verdicts do not rest on. */
export const notMadeWords = ({ stepsNotMade }: RunReport): string =>
  `In the cases that passed, ${stepsNotMade} steps were not made: nobody could be asked about what they demand.`

/** One page that stands alone: the counts, and each case with its steps. */
export function htmlOf(run: RunReport): string {
  const counts = [
    `${run.total} cases`,
    `${run.passed} passed`,
    `${run.failed} failed`,
    `${run.notApplicable} not applicable`,
    `${run.notImplemented} not implemented`,
  ].join(', ')
  const title = `OCPP 2.0.1 conformance: ${run.role} ${run.target}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(counts)}.</p>
${run.stepsNotMade === 0 ? '' : `<p>${escaped(notMadeWords(run))}</p>`}
<p>${escaped(notCertification)}</p>
${run.cases.map(section).join('\n')}
</main>
</body>
</html>
`
}

function section(each: CaseReport): string {
  const head = `${escaped(each.id)}: ${escaped(each.title)} — ${words[each.verdict]}`
  const reason = each.reason === '' ? '' : `<p>${escaped(each.reason)}</p>`
  const asked = each.requirements.join(', ')
  const requirements = asked === '' ? '' : `<p>Requirements: ${escaped(asked)}</p>`
  const open = each.verdict === 'failed' ? ' open' : ''
  return `<details class="${each.verdict}"${open}><summary>${head}</summary>${requirements}${reason}${table(each.steps)}</details>`
}

const words: Readonly<Record<CaseReport['verdict'], string>> = {
  passed: 'passed',
  failed: 'failed',
  notApplicable: 'not applicable',
  notImplemented: 'not implemented',
}

function table(steps: readonly Step[]): string {
  if (steps.length === 0) return ''
  const rows = steps.map(
    ({ says, expected, actual, verdict }) =>
      `<tr class="${verdict}"><td>${escaped(says)}</td><td>${escaped(expected)}</td><td>${escaped(actual)}</td><td>${verdict === 'notMade' ? 'not made' : verdict}</td></tr>`,
  )
  return `<table><thead><tr><th scope="col">Step</th><th scope="col">Expected</th><th scope="col">Actual</th><th scope="col">Verdict</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #1a1a1a; background: #fff }
main { max-width: 72rem; margin: 0 auto; padding: 1rem }
details { border-left: .4rem solid #767676; margin: .3rem 0; padding: .3rem .8rem }
details.passed { border-color: #1b7f3b } details.failed { border-color: #b3261e }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem; border-top: 1px solid #ccc; overflow-wrap: anywhere }
tr.failed { background: #fdecea }
`
