import { expect, test } from 'vitest'
import { UsageError } from '../command.ts'
import { readChoice } from './options.ts'
import { readReporters } from './reporters.ts'

test('without flags every case of the CSMS role is meant', () => {
  const { role, rows } = readChoice({})
  expect(role).toBe('csms')
  expect(rows).toHaveLength(252)
})

test('a profile and ids narrow the choice', () => {
  expect(readChoice({ profile: 'Advanced Security' }).rows).toHaveLength(4)
  expect(readChoice({ id: ['TC_B_06_CSMS'] }).rows.map(({ id }) => id)).toEqual(['TC_B_06_CSMS'])
  expect(readChoice({ role: 'station', profile: 'Core' }).rows.length).toBeGreaterThan(104)
})

test.each<[string, Parameters<typeof readChoice>[0]]>([
  ['a profile', { profile: 'Bore' }],
  ['a case', { id: ['TC_Z_99_CSMS'] }],
  ['a case of the other role', { id: ['TC_B_06_CS'] }],
  ['a case outside the profile', { profile: 'Reservation', id: ['TC_B_06_CSMS'] }],
])('%s that there is not is a usage error', (_what, flags) => {
  expect(() => readChoice(flags)).toThrow(UsageError)
})

test('reporters are named together, and one that there is not is a usage error', () => {
  expect(readReporters({ reporter: 'json,html' }).names).toEqual(['json', 'html'])
  expect(readReporters({}).names).toEqual([])
  expect(() => readReporters({ reporter: 'json,fax' })).toThrow(UsageError)
})
