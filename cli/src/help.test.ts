import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { exits } from './command.ts'
import { commands } from './commands/index.ts'
import { parseFlags } from './flags.ts'
import { main } from './main.ts'

let out = ''
let err = ''
beforeEach(() => {
  out = err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += text), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += text), true))
})
afterEach(() => vi.restoreAllMocks())

test.each(commands)('its help says what it takes, and gives an example: $name', async (command) => {
  const { name, usage, summary, example, flags, operands } = command
  expect(await main([...name.split(' '), '--help'])).toBe(exits.done)
  for (const each of [usage, summary, example]) expect(out).toContain(each)
  // The example is of this command, and it takes what stands in it.
  const words = example.split(' ')
  const own = ['interlock', ...name.split(' ')]
  expect(words.slice(0, own.length)).toEqual(own)
  const parsed = parseFlags(words.slice(own.length), flags)
  expect(parsed).toMatchObject({ ok: true })
  expect(parsed.ok && parsed.operands.length > 0).toBe(operands !== undefined)
  // A flag that must be given is in the example too; what need not be is in brackets.
  const needed = [...usage.replaceAll(/\[[^\]]*\]|\([^)]*\)/g, '').matchAll(/--[a-z-]+/g)]
  const isEither = usage.includes(' | ')
  if (!isEither) for (const [flag] of needed) expect(words).toContain(flag)
})

test('a command that others begin with names them in its help', async () => {
  expect(await main(['llcs', '--help'])).toBe(exits.done)
  expect(out).toContain('interlock llcs --config FILE')
  expect(out).toContain('llcs replay')
  out = ''
  await main(['llcs', 'replay', '--help'])
  expect(out).toContain('; 0 to 3600')
  expect(out).toContain('taken as measured')
  expect(out).not.toContain('also:')
})

test('an actor without a config says how it is started, by name', async () => {
  for (const name of ['cir', 'station', 'web']) {
    err = ''
    expect(await main([name])).toBe(exits.usage)
    expect(err).toContain(`interlock ${name} --config street/`)
    expect(err).toContain(`  interlock ${name} --config FILE`)
  }
})

test('a kind that is none is named before anything else that is missing', async () => {
  expect(await main(['topic', 'ls', 'nokind'])).toBe(exits.usage)
  expect(err).toContain('not a kind: nokind. Kinds are ')
})

test('what a flag takes never runs into what it says', async () => {
  await main(['home', 'consent', 'give', '--help'])
  const column = ' '.repeat(28)
  expect(out).toContain(`--purpose monthly|daily|halfHourly|dsr\n${column}no purpose stands`)
  expect(out).toContain(`--reader EUI${' '.repeat(14)}the organisation`)
})

test('a group without its command says which there are, and what asked is a mistake', async () => {
  expect(await main(['gbcs'])).toBe(exits.usage)
  expect(err).toContain('which of these?')
  for (const name of ['decode', 'encode', 'explain']) expect(err).toContain(`gbcs ${name}`)
  expect(err).not.toContain('there is no command')
  expect(out).toBe('')
})
