import { expect, test } from 'vitest'
import { summed, type CaseReport } from '../verdict.ts'
import { htmlOf, notCertification } from './html.ts'
import { briefOf } from './json.ts'
import { junitOf } from './junit.ts'

const one = (id: string, verdict: CaseReport['verdict'], reason: string): CaseReport => ({
  id,
  title: `title of <${id}>`,
  profile: 'Core',
  verdict,
  reason,
  requirements: ['B01.FR.01'],
  steps: [{ says: 'a & b', expected: '"x"', actual: '<y>\u0000', verdict: 'passed' }],
  millis: 1500,
})
const run = summed('csms', 'self', [
  one('a', 'passed', ''),
  one('b', 'failed', 'it was "x" & not <y>'),
  one('c', 'notApplicable', 'needs Reservation'),
  one('d', 'notImplemented', 'not yet'),
])

test('the brief has the counts, and id, verdict and reason of each case', () => {
  expect(briefOf(run)).toEqual({
    total: 4,
    passed: 1,
    failed: 1,
    notApplicable: 1,
    notImplemented: 1,
    cases: [
      { id: 'a', verdict: 'passed', reason: '' },
      { id: 'b', verdict: 'failed', reason: 'it was "x" & not <y>' },
      { id: 'c', verdict: 'notApplicable', reason: 'needs Reservation' },
      { id: 'd', verdict: 'notImplemented', reason: 'not yet' },
    ],
  })
})

test('JUnit counts failures and skips, and escapes what was said', () => {
  const xml = junitOf(run)
  expect(xml).toContain('tests="4" failures="1" skipped="2"')
  expect(xml).toContain('<failure message="it was &quot;x&quot; &amp; not &lt;y&gt;"/>')
  expect(xml).toContain('passed: a &amp; b; expected &quot;x&quot;; actual &lt;y&gt;')
  expect(xml).not.toContain('\u0000')
})

test('the page shows every case and step as text, and says that it is not certification', () => {
  const page = htmlOf(run)
  expect(page).toContain(notCertification)
  expect(page).toContain('a: title of &lt;a&gt; — passed')
  expect(page).toContain('<td>&lt;y&gt;</td>')
  expect(page).not.toContain('<y>')
})

test('steps that were not made are counted in the cases that passed, and only there', () => {
  expect(briefOf(run)).not.toHaveProperty('stepsNotMade')
  expect(htmlOf(run)).not.toContain('not made')
  const notMade = {
    says: 'it knows',
    expected: 'x',
    actual: 'not made',
    verdict: 'notMade',
  } as const
  const foreign = summed('csms', 'ws://x', [
    { ...one('a', 'passed', ''), steps: [notMade, notMade] },
    { ...one('b', 'failed', 'no'), steps: [notMade] },
  ])
  expect(briefOf(foreign)).toMatchObject({ passed: 1, failed: 1, stepsNotMade: 2 })
  expect(htmlOf(foreign)).toContain('2 steps were not made')
})
