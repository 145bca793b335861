import { refusalReasons, refusalRow } from '@interlock/contract'
import { expect, test } from 'vitest'
import { scenarios } from './scenarios.fixture.ts'

test.each(refusalReasons)('the reason %s is reached, and names its gate', (reason) => {
  const verdict = scenarios[reason]()
  expect(verdict).toMatchObject({ ok: false, reason, gate: refusalRow(reason).gate })
})

test.each(refusalReasons)(
  'the reason %s uses the counter from gate 2 on, and not before',
  (reason) => {
    const verdict = scenarios[reason]()
    const autonomous = ['NoCurve', 'CurveExpired', 'FrequencyStale', 'FrequencyDisagrees']
    autonomous.push('InsideDeadband', 'Destabilising', 'ResponseTooLong')
    const consumed = refusalRow(reason).gate >= 2 && !autonomous.includes(reason)
    expect('consume' in verdict).toBe(consumed)
  },
)
