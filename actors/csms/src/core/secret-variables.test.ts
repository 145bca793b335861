import { expect, test } from 'vitest'
import { learnedVariable } from './facts.ts'
import { withoutCredentials } from './secret-variables.ts'

test('the value of a secret variable is not put on file, whoever tells it', () => {
  const secret = {
    component: { name: 'securityctrlr' },
    variable: { name: 'BasicAuthPassword' },
  }
  expect(learnedVariable(secret, { value: 'x' }).value).toMatchObject({ value: null })
  const elsewhere = { ...secret, component: { name: 'Modem' }, variable: { name: 'ApnPassword' } }
  expect(learnedVariable(elsewhere, { value: 'x' }).value).toMatchObject({ value: null })
  const open = { ...secret, variable: { name: 'Identity' } }
  expect(learnedVariable(open, { value: 'x' }).value).toMatchObject({ value: 'x' })
})

test.each([
  ['https://user:word@host:8443/path/file?x=1', 'https://host:8443/path/file?[hidden]'],
  ['ftp://user@host/path', 'ftp://host/path'],
  ['https://host/path#token', 'https://host/path?[hidden]'],
  ['wss://host/ocpp', 'wss://host/ocpp'],
  ['ftp://user:pa/ss@host/x', 'ftp://host/x'],
  [' https://user:word@host', ' https://host'],
  ['no URL?x=1', 'no URL?x=1'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutCredentials(url)).toBe(shown)
})
