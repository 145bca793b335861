import { expect, test } from 'vitest'
import { illegality } from './answer-rules.ts'

const heartbeat = '[2,"a","Heartbeat",{}]'
const result = '[3,"a",{"currentTime":"2026-01-05T20:30:00Z"}]'

test('a result or an error for the call is legal, once and under its id', () => {
  expect(illegality(heartbeat, [result])).toBeUndefined()
  expect(illegality(heartbeat, ['[4,"a","NotSupported","",{}]'])).toBeUndefined()
  expect(illegality(heartbeat, [])).toContain('0 answers')
  expect(illegality(heartbeat, [result, result])).toContain('2 answers')
  expect(illegality(heartbeat, ['[3,"b",{"currentTime":"2026-01-05T20:30:00Z"}]'])).toContain('b')
})

test('what is not OCPP is not legal, and a broken handler is no answer', () => {
  expect(illegality(heartbeat, ['[3,"a",{}]'])).toContain('Heartbeat')
  expect(illegality(heartbeat, ['[4,"a","Broken","",{}]'])).toContain('Broken')
  expect(illegality(heartbeat, ['[4,"a","InternalError","",{}]'])).toContain('broke')
  expect(illegality(heartbeat, [`[4,"a","GenericError","${'x'.repeat(256)}",{}]`])).toContain(
    'description',
  )
})

test('what cannot be read is answered under -1, and what answers is not answered', () => {
  expect(illegality('[2', ['[4,"-1","RpcFrameworkError","",{}]'])).toBeUndefined()
  expect(illegality('[3,"a"]', [])).toBeUndefined()
  expect(illegality('[4,5]', ['[4,"-1","RpcFrameworkError","",{}]'])).toContain('answered')
})
