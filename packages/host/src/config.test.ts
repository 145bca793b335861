import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { actorConfig, ListenConfig, readConfig } from './config.ts'
import { temporaryDir } from './files.ts'

const dir = temporaryDir('interlock-config')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const schema = actorConfig({ listen: ListenConfig })
const whole = {
  actor: 'csms',
  name: 'Charging stations of the east',
  region: 'eastern',
  data: '/var/lib/interlock/csms',
  listen: { port: 8443 },
}
const path = join(dir, 'csms.json')
const read = (content: unknown) => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return readConfig(path, schema)
}

test('a config is read; what has a default may be left out', () => {
  expect(read(whole)).toEqual({
    ...whole,
    production: true,
    listen: { host: '127.0.0.1', port: 8443 },
  })
})

const { region: _region, ...regionless } = whole
test.each([
  ['a missing field', regionless, 'region is missing'],
  ['a missing field inside', { ...whole, listen: {} }, 'listen.port is missing'],
  ['a field of the wrong kind', { ...whole, listen: { port: '8443' } }, 'listen.port must be'],
  ['a number out of range', { ...whole, listen: { port: 65_536 } }, 'listen.port must be'],
  ['an unknown field', { ...whole, controls: 'off' }, 'controls is not a known field'],
  ['an unknown field inside', { ...whole, listen: { port: 1, tls: false } }, 'listen.tls is not'],
  ['a name that could be a path', { ...whole, actor: '../csms' }, 'actor must'],
  ['a list', [], 'the whole file must be object'],
  ['half a file', '{"actor": "cs', 'is not JSON'],
  ['too large a file', ' '.repeat(1_048_577), 'larger than'],
])('%s is named, with the file', (_words, content, message) => {
  expect(() => read(content)).toThrow(
    expect.objectContaining({
      code: 'ConfigInvalid',
      message: expect.stringContaining(message),
      remedy: expect.any(String),
    }),
  )
  expect(() => read(content)).toThrow(path)
})

test('a file that does not exist is named', () => {
  const missing = join(dir, 'missing.json')
  expect(() => readConfig(missing, schema)).toThrow(
    expect.objectContaining({ code: 'ConfigInvalid', message: `${missing}: does not exist` }),
  )
})
