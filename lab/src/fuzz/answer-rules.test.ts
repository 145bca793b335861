import { expect, test } from 'vitest'
import { illegality as illegalityOf, read } from './answer-rules.ts'

const illegality = (text: string, sent: readonly string[]) => illegalityOf(read(text), sent)

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

test('what is deeper than an endpoint reads is as unreadable as no JSON', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  expect(read(nested(32))).toBeDefined()
  expect(read(nested(33))).toBeUndefined()
  expect(read(`{"a":${nested(31)}}`)).toBeDefined()
  expect(read(`{"a":${nested(32)}}`)).toBeUndefined()
})

test('what cannot be read is answered under -1, and what answers is not answered', () => {
  expect(illegality('[2', ['[4,"-1","RpcFrameworkError","",{}]'])).toBeUndefined()
  expect(illegality('[3,"a"]', [])).toBeUndefined()
  expect(illegality('[3,"a",{}]', ['[3,"a",{}]'])).toContain('answered')
  expect(illegality('[4,5]', ['[4,"-1","RpcFrameworkError","",{}]'])).toContain('answered')
})
