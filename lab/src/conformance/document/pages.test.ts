import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { conformancePages } from './pages.ts'
import { requirementsPage } from './render.ts'

test.each([...conformancePages()])('%s is as the cases are', (path, text) => {
  const kept = readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8')
  expect(kept === text, `${path} is stale: npm run conformance:docs`).toBe(true)
})

test('a requirement that no written case and no test holds is named as a gap', () => {
  const row = (id: string, requirement: string) => ({
    id,
    title: id,
    profiles: [],
    requirements: [requirement],
    capability: undefined,
  })
  const rows = [row('TC_A_01_CSMS', 'A00.FR.01'), row('TC_A_02_CSMS', 'A00.FR.02')]
  const writtenIn = new Map([['TC_A_01_CSMS', 'a.ts']])
  const cited = new Map([['A00.FR.03', ['a.test.ts']]])
  const lines = requirementsPage([{ heading: 'CSMS', rows, writtenIn }], cited).split('\n')
  const line = (id: string): string => lines.find((each) => each.includes(id)) ?? ''
  expect(line('A00.FR.01')).not.toContain('gap')
  expect(line('A00.FR.02')).toContain('gap')
  expect(line('A00.FR.03')).toContain('a.test.ts')
  expect(line('A00.FR.03')).not.toContain('gap')
})
