import { Fault } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { logTo } from './log.ts'

const logged = (fields: object): Record<string, Record<string, unknown>> => {
  const lines: string[] = []
  logTo({ write: (line) => lines.push(line) }, 'test', 'info').error(fields, 'it happened')
  return JSON.parse(lines[0] ?? '') as Record<string, Record<string, unknown>>
}

test('a Fault is logged with its message, code, remedy and cause, under whatever name', () => {
  const cause = new Error('EACCES /var/lib/it/key.pem')
  const error = new Fault('FileUnreadable', '/var/lib/it/key.pem cannot be read', {
    remedy: 'check its mode',
    cause,
  })
  for (const name of ['error', 'cause', 'err'])
    expect(logged({ [name]: error })[name]).toMatchObject({
      name: 'Fault',
      code: 'FileUnreadable',
      message: '/var/lib/it/key.pem cannot be read',
      remedy: 'check its mode',
      cause: { message: 'EACCES /var/lib/it/key.pem' },
    })
  expect(logged({ error })['error']).not.toHaveProperty('stack')
})

test('a bug is logged with its message and where it is', () => {
  const error = logged({ error: new TypeError('x is not a function') })['error']
  expect(error).toMatchObject({ name: 'TypeError', message: 'x is not a function' })
  expect(error?.['stack']).toContain('log.test.ts')
})

test('no password is logged: not that of a URL in a message, nor a field of that name', () => {
  const url = 'postgres://csms:hunter2@127.0.0.1:5432/csms'
  const cause = new Error(`connect ${url}`)
  const line = logged({
    error: new Fault('DatabaseUnreachable', `${url} does not answer`, { cause }),
    bug: new Error(url),
    password: 'hunter2',
    station: { password: 'hunter2' },
  })
  expect(JSON.stringify(line)).not.toContain('hunter2')
  expect(line['error']?.['message']).toContain('postgres://csms:(secret)@127.0.0.1')
})

test('endless causes end', () => {
  const error = new Error('round and round')
  error.cause = error
  expect(JSON.stringify(logged({ error })).length).toBeLessThan(20_000)
})
