import { spawn } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '@interlock/kernel'
import { Type } from 'typebox'
import { afterAll, expect, test, vi } from 'vitest'
import { actorConfig } from './config.ts'
import { temporaryDir } from './files.ts'
import { runActor } from './run-actor.ts'

const dir = temporaryDir('interlock-run')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const script = new URL('run-actor.fixture.ts', import.meta.url).pathname

let number = 0
function configOf(behaviour: string): string {
  const path = join(dir, `config-${++number}.json`)
  const data = join(dir, `data-${number}`)
  writeFileSync(
    path,
    JSON.stringify({ actor: 'test', name: 'Test', region: 'eastern', data, behaviour }),
  )
  return path
}

type Ended = { code: number | null; out: string; err: string }
/** Runs the fixture; each of `signals` is sent when it says that it is ready. */
function run(args: readonly string[], signals: readonly NodeJS.Signals[] = []): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args])
  let out = ''
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    if (text.includes('ready')) for (const signal of signals) child.kill(signal)
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
}

test('a signal closes it once, however often it comes, and it exits 0', async () => {
  const config = configOf('runs')
  const signals = ['SIGTERM', 'SIGINT', 'SIGTERM'] as const
  const { code, out, err } = await run(['--config', config], signals)
  expect({ code, out }).toEqual({ code: 0, out: 'ready\nclosed 1\n' })
  for (const line of err.trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ name: 'test' })
  expect(err).not.toContain('hunter2')
  expect(existsSync(join(dir, `data-${number}`, 'in-use-by.json'))).toBe(false)
})

test('a bug while closing exits 1', async () => {
  const { code, err } = await run(['--config', configOf('cannotClose')], ['SIGTERM'])
  expect(code).toBe(1)
  expect(err).toContain('a bug while closing')
})

test('a data folder in use by another process exits 3', async () => {
  const config = configOf('runs')
  const child = spawn(process.execPath, ['--import', 'tsx', script, '--config', config])
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const { code, err } = await run(['--config', config])
  expect(code).toBe(3)
  expect(err).toContain(`FolderInUse: ${join(dir, `data-${number}`)}: process ${child.pid}`)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
  expect(await run(['--config', config], ['SIGTERM'])).toMatchObject({ code: 0 })
})

const schema = actorConfig({ behaviour: Type.Literal('runs') })

/** Runs in this process, with a start that fails as told. @returns the exit code and what was said */
async function start(args: readonly string[], error = new Error('started')) {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    const code = await runActor(schema, () => Promise.reject(error), args)
    return { code, err: said.mock.calls.join('') }
  } finally {
    said.mockRestore()
  }
}

test.each([
  [['--config', 'x', '--controls', 'off']],
  [['--controls=off']],
  [['--config']],
  [['extra']],
  [[]],
])('%j is wrong usage: exit code 2, before anything is read', async (args) => {
  const { code, err } = await start(args)
  expect(code).toBe(2)
  expect(err).toContain('usage: --config FILE')
})

test('a config that is wrong exits 3 and names file and field', async () => {
  const config = configOf('dances')
  const { code, err } = await start(['--config', config])
  expect(code).toBe(3)
  expect(err).toContain(`ConfigInvalid: ${config}: behaviour`)
})

test('a fault of the world at the start exits 3, with the remedy', async () => {
  const fault = new Fault('PortTaken', 'port 8443 is taken', { remedy: 'choose another' })
  expect(await start(['--config', configOf('runs')], fault)).toEqual({
    code: 3,
    err: 'PortTaken: port 8443 is taken\n  choose another\n',
  })
})

test('a bug at the start exits 1 and shows where it was', async () => {
  const { code, err } = await start(['--config', configOf('runs')], new Error('a bug'))
  expect(code).toBe(1)
  expect(err).toContain('run-actor.test.ts')
})
