import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { onAnswer, onArrival, onConsent, onSilence } from './authorisation.ts'

const now = instant(1_000)
const waiting = onArrival('DEADBEEF')
const running = onAnswer(waiting, true, now).authorisation

test('a vehicle without a token is the owner’s and needs no answer', () => {
  expect(onArrival(undefined)).toEqual({ state: 'allowed', by: 'owner' })
})

test('an answer in time decides', () => {
  expect(running).toEqual({ state: 'allowed', by: 'answer' })
  expect(onAnswer(waiting, false, now).authorisation).toEqual({ state: 'denied', by: 'answer' })
})

test('an authorisation that turns Invalid does not stop a running charge', () => {
  expect(onAnswer(running, false, now)).toEqual({
    authorisation: running,
    note: 'OwnersChargeKept',
  })
})

test('silence for ten seconds applies the stored rule', () => {
  expect(onSilence(waiting, 'charge')).toEqual({
    authorisation: { state: 'allowed', by: 'rule' },
    note: 'StoredRuleApplied',
  })
  expect(onSilence(waiting, 'wait').authorisation).toEqual({ state: 'denied', by: 'rule' })
})

test('silence means nothing once an answer has come', () => {
  expect(onSilence(running, 'wait')).toEqual({ authorisation: running })
})

test('a late acceptance starts nothing by itself', () => {
  const denied = onSilence(waiting, 'wait').authorisation
  expect(onAnswer(denied, true, now)).toEqual({
    authorisation: { state: 'late', at: now },
    note: 'LateAnswerIgnored',
  })
})

test('a late acceptance can be taken back, and repeating it moves nothing', () => {
  const late = { state: 'late', at: now } as const
  expect(onAnswer(late, true, instant(9_000)).authorisation).toEqual(late)
  expect(onAnswer(late, false, now).authorisation.state).toBe('denied')
})

test('an answer without a vehicle changes nothing', () => {
  expect(onAnswer({ state: 'none' }, true, now)).toEqual({ authorisation: { state: 'none' } })
})

test('a gesture at the charger allows what an answer denied', () => {
  const denied = onAnswer(waiting, false, now).authorisation
  expect(onConsent(denied, 'gesture')).toEqual({ state: 'allowed', by: 'gesture' })
  expect(onConsent(running, 'arm')).toEqual(running)
})
