import { expect, test } from 'vitest'
import { databaseFault, shownUrl } from './database-fault.ts'

const failure = (code: string | undefined, message = 'no'): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code })

test.each([
  ['ECONNREFUSED', 'DatabaseUnavailable'],
  ['08006', 'DatabaseUnavailable'],
  ['57P01', 'DatabaseUnavailable'],
  ['28P01', 'DatabaseDenied'],
  ['3D000', 'DatabaseDenied'],
  ['42501', 'DatabaseDenied'],
  ['53100', 'DiskFull'],
  ['57014', 'DatabaseSlow'],
])('%s is the Fault %s, with the database, a cause and a remedy', (code, expected) => {
  const cause = failure(code)
  const fault = databaseFault('postgresql://host/csms', cause)
  expect(fault).toMatchObject({ code: expected, cause })
  expect(fault?.message).toContain('postgresql://host/csms')
  expect(fault?.remedy).not.toBe('')
})

test('a connection that ends without a code is a database that is gone', () => {
  const cause = failure(undefined, 'Connection terminated unexpectedly')
  expect(databaseFault('db', cause)?.code).toBe('DatabaseUnavailable')
})

test.each(['23505', '42601', 'ERR_INVALID_ARG_TYPE'])('%s is no fault of the world', (code) => {
  expect(databaseFault('db', failure(code, 'timeout'))).toBeUndefined()
})

test('a URL is shown without its user and password', () => {
  expect(shownUrl('postgresql://csms:s%40cret@127.0.0.1:5432/csms')).toBe(
    'postgresql://127.0.0.1:5432/csms',
  )
  expect(shownUrl('not a url')).toBe('the database')
})
