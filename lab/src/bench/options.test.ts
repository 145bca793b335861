import { expect, test } from 'vitest'
import { groupNames, readOptions } from './options.ts'

test('each group is measured unless some are named', () => {
  const whole = { size: 'full', demand: false, json: false, only: groupNames }
  expect(readOptions([])).toEqual(whole)
  expect(readOptions(['--demand', '--only', 'ocpp'])).toEqual({
    ...whole,
    demand: true,
    only: ['ocpp'],
  })
  expect(readOptions(['--only', 'sealed', '--quick', '--only', 'ocpp', '--json'])).toEqual({
    size: 'quick',
    demand: false,
    json: true,
    only: ['ocpp', 'sealed'],
  })
})

test('what is no option, and what is no group, is told', () => {
  expect(readOptions(['--fast'])).toBe('there is no option --fast')
  expect(readOptions(['--only', 'toString'])).toBe('--only: one of ocpp, arm, sealed')
  expect(readOptions(['--only'])).toBe('--only: one of ocpp, arm, sealed')
})
