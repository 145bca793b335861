import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { requirementsOf } from '../table/requirements.ts'
import { conformancePages } from './pages.ts'
import { requirementsPage } from './requirements.ts'

test.each([...conformancePages()])('%s is as the cases are', (path, text) => {
  const kept = readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8')
  expect(kept === text, `${path} is stale: npm run conformance:docs`).toBe(true)
})

test('each requirement has its line, with what holds it, or why nothing does', () => {
  const row = (id: string, requirement: string) => ({
    id,
    title: id,
    profiles: [],
    requirements: [requirement],
    capability: undefined,
  })
  const requirements = requirementsOf(
    'series\tof\tnumbers\tneeds\nA01.FR\tcsms\t01-04\t\nA01.FR\tstation\t05\ta screen\nA01.FR\twithdrawn\t06\t\n',
  )
  const rows = [row('TC_A_01_CSMS', 'A01.FR.01'), row('TC_A_02_CSMS', 'A01.FR.02')]
  const writtenIn = new Map([['TC_A_01_CSMS', 'a.ts']])
  const cited = new Map([['A01.FR.03', ['lab/src/a.test.ts']]])
  const text = requirementsPage(requirements, [{ heading: 'CSMS', rows, writtenIn }], cited)
  expect(text).toContain('| A. Security | 5 | 2 | 1 | 2 |')
  expect(text.slice(text.indexOf('| A01'))).toBe(
    [
      '| A01.FR.01 | CSMS | TC_A_01_CSMS |  |  |',
      '| A01.FR.02 | CSMS | (TC_A_02_CSMS) |  | **gap** |',
      '| A01.FR.03 | CSMS |  | [a.test.ts](../../lab/src/a.test.ts) |  |',
      '| A01.FR.04 | CSMS |  |  | **gap** |',
      '| A01.FR.05 | station |  |  | needs a screen |',
      '| A01.FR.06 |  |  |  | withdrawn |',
      '',
    ].join('\n'),
  )
})
