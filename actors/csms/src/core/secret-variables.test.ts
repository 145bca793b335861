import { expect, test } from 'vitest'
import { learnedVariable } from './facts.ts'
import { shownUrl, withoutCredentials } from './secret-variables.ts'

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
  ['ftp://user:se?cret@host/x', '[hidden]'],
  ['ftp://user:se#cret@host/x', '[hidden]'],
  ['ftp://user:12#34@host/x', '[hidden]'],
  ['ftp://user:12/3?4@host/x', '[hidden]'],
  ['https://host/x?mail=a@b', 'https://host/x?[hidden]'],
  ['https://[2001:db8::1]:8443/x', 'https://[2001:db8::1]:8443/x'],
  ['no URL?x=1', 'no URL?x=1'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutCredentials(url)).toBe(shown)
})

test.each([
  ['user:word@host:21/path?x=1', 'host:21/path?[hidden]'],
  ['//user:word@host/path', '//host/path'],
  [' user:word@host', 'host'],
  ['ftp:user:word@host/path', 'host/path'],
  ['host/path#token', 'host/path?[hidden]'],
  ['user:se?cret@host', '[hidden]'],
  ['https://user:word@host/path', 'https://host/path'],
  ['host:8443/path', 'host:8443/path'],
  ['/var/firmware.bin', '/var/firmware.bin'],
  ['', ''],
])('what can only be a URL, as %s, is shown as %s', (url, shown) => {
  expect(shownUrl(url)).toBe(shown)
})

test('a variable that is named as a URL is put on file as one', () => {
  const ofStation = { component: { name: 'NetworkConfiguration' } }
  const url = { ...ofStation, variable: { name: 'OcppCsmsUrl' } }
  expect(learnedVariable(url, { value: 'user:word@host' }).value).toMatchObject({ value: 'host' })
  const open = { ...ofStation, variable: { name: 'Identity' } }
  expect(learnedVariable(open, { value: 'a@b' }).value).toMatchObject({ value: 'a@b' })
})
