import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDir } from '@interlock/host'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '../main.ts'

const dir = temporaryDir('interlock-gbcs')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

type Vector = { name: string; message: string; reason?: string; field?: string }
const vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/gbcs/commands.json', import.meta.url), 'utf8'),
) as {
  valid: Vector[]
  invalid: Vector[]
  notExecutable: Vector[]
  fromDevice: Record<string, string>
}
const messages = [
  ...[...vectors.valid, ...vectors.notExecutable].map(({ message }) => message),
  ...Object.values(vectors.fromDevice),
]
const [arm = ''] = messages

let out = ''
beforeEach(() => {
  out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += text), true))
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
})
afterEach(() => vi.restoreAllMocks())

const gbcs = async (what: string, text: string, ...flags: readonly string[]) => {
  const file = join(dir, 'input')
  writeFileSync(file, text)
  out = ''
  const code = await main(['gbcs', what, file, ...flags])
  return { code, out }
}
type Json = Record<string, unknown>
const json = async (what: string, text: string) => {
  const result = await gbcs(what, text, '--json')
  return { code: result.code, value: JSON.parse(result.out) as Json }
}

test('every message is decoded to JSON, and encoded from it to the same bytes', async () => {
  for (const message of messages) {
    const decoded = await json('decode', message)
    expect(decoded.code).toBe(0)
    const encoded = await json('encode', JSON.stringify(decoded.value))
    expect(encoded).toEqual({ code: 0, value: { message } })
    const again = await json('decode', message)
    expect(again.value).toEqual(decoded.value)
  }
})

test('hex in lines and base64 are the same message', async () => {
  const lines = arm.replaceAll(/.{32}/g, '$&\n')
  const base64 = Buffer.from(arm, 'hex').toString('base64')
  const expected = (await json('decode', arm)).value
  expect((await json('decode', lines)).value).toEqual(expected)
  expect((await json('decode', base64)).value).toEqual(expected)
})

test('a message comes from stdin too, and goes through both ways', () => {
  const bin = fileURLToPath(new URL('../../bin/interlock.mjs', import.meta.url))
  const piped = (input: string, ...args: readonly string[]) =>
    execFileSync(process.execPath, [bin, 'gbcs', ...args], { input, encoding: 'utf8' })
  expect(piped(piped(arm, 'decode', '-', '--json'), 'encode', '-')).toBe(`${arm}\n`)
}, 240_000)

test('decoding says in words who asks what of whom, and where signature and MAC are', async () => {
  const { out: words } = await gbcs('decode', arm)
  expect(words).toContain('ECS47a Set Auxiliary Controller State: a signed command with a MAC')
  expect(words).toMatch(/originator +A2-00-00-00-00-00-00-01/)
  expect(words).toMatch(/level percent +100/)
  expect(words).toMatch(/signature offset +118/)
  expect(words).toMatch(/mac offset +182/)
})

test('explaining accounts for every byte', async () => {
  for (const message of messages) {
    const { value } = await json('explain', message)
    const fields = value['fields'] as { offset: number; bytes: string; field: string }[]
    expect(fields.map(({ bytes }) => bytes).join('')).toBe(message)
    for (const { offset, bytes } of fields)
      expect(message.slice(2 * offset, 2 * offset + bytes.length)).toBe(bytes)
  }
  const { out: words } = await gbcs('explain', arm)
  expect(words).toContain('period start: 2026-01-05T18:00:00.000Z')
  expect(words).toContain('controller 1, output (import), level 100 %')
})

const unreadable = vectors.invalid.filter(({ field }) => field !== undefined)
test.each(unreadable)('a bad message is named by field and reason: $name', async (vector) => {
  // A response in place of a command is, to a tool that reads both, a bad response.
  const { code, value } = await json('decode', vector.message)
  expect({ code, ok: value['ok'] }).toEqual({ code: 1, ok: false })
  if (vector.field === 'kind') return
  expect(value).toMatchObject({ reason: vector.reason, field: vector.field })
  const { out: words } = await gbcs('explain', vector.message)
  expect(words).toContain(`refused, ${vector.field}: `)
})

test('what is neither hex nor base64, half a byte, or nothing, is said to be so', async () => {
  for (const text of ['', ' \n', 'ü', 'dg!', 'DF09 0']) {
    expect(await json('decode', text)).toMatchObject({ code: 1, value: { reason: 'NotBytes' } })
    const words = text === 'DF09 0' ? 'an odd number of hex digits' : 'neither hex nor base64'
    expect((await gbcs('decode', text)).out).toContain(words)
  }
})

const changes: readonly (readonly [string, (message: Json) => object])[] = [
  ['form', (m) => ({ ...m, form: 'sealed' })],
  ['kind', (m) => ({ ...m, kind: 'request' })],
  ['useCase', (m) => ({ ...m, useCase: 'ECS99' })],
  ['title', (m) => ({ ...m, title: 'Limit APC Level' })],
  ['messageCode', (m) => ({ ...m, messageCode: '011f' })],
  ['signatureOffset', (m) => ({ ...m, signatureOffset: 117 })],
  ['colour', (m) => ({ ...m, colour: 'blue' })],
  ['counter', (m) => ({ ...m, counter: '18446744073709551616' })],
  ['counter', (m) => ({ ...m, counter: '01000' })],
  ['originator', (m) => ({ ...m, originator: 'A2' })],
  ['signature', (m) => ({ ...m, signature: '00' })],
  ['mac', (m) => ({ ...m, mac: 'zz' })],
  ['content', (m) => ({ ...m, content: [] })],
  ['content', (m) => ({ ...m, content: { ...(m['content'] as Json), colour: 'blue' } })],
  ['content.controller', (m) => ({ ...m, content: { ...(m['content'] as Json), controller: 6 } })],
  ['content.from', (m) => ({ ...m, content: { ...(m['content'] as Json), from: 'now' } })],
  [
    'content',
    (m) => ({ ...m, content: { ...(m['content'] as Json), from: '2126-01-05T18:00:00Z' } }),
  ],
  ['SignatureMissing', (m) => ({ ...m, form: 'unsigned', signature: undefined })],
]

test.each(changes)('a message in JSON whose %s is wrong is not encoded', async (field, change) => {
  const { value } = await json('decode', arm)
  const changed = await json('encode', JSON.stringify(change(value)))
  expect(changed).toMatchObject({ code: 1, value: { reason: 'MessageInvalid', field } })
})

test('a calendar with a day that there is not is not encoded', async () => {
  const calendar = vectors.valid.find(({ name }) => name.startsWith('calendar of the controllers'))
  const { value } = await json('decode', calendar?.message ?? '')
  const onDay = (day: number) => {
    const content = { ...(value['content'] as Json), specialDays: [{ year: 'any', month: 2, day }] }
    return json('encode', JSON.stringify({ ...value, content }))
  }
  expect(await onDay(29)).toMatchObject({ code: 0 })
  expect(await onDay(31)).toMatchObject({ code: 1, value: { field: 'content' } })
})

/** Every list in a value, by the way to it. */
const listsIn = (value: unknown, way: readonly string[] = []): (readonly string[])[] => [
  ...(Array.isArray(value) ? [way] : []),
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, each]) => listsIn(each, [...way, key]))
    : []),
]

test.each([
  ['calendar of the controllers', null],
  ['tariff of registers', null],
  // As a calendar has its special days.
  ['tariff of registers', { year: 'any', month: 1, day: 1 }],
])('a %s with %j in a list is refused by the name of the list', async (start, wrong) => {
  const vector = vectors.valid.find(({ name }) => name.startsWith(start))
  const { value } = await json('decode', vector?.message ?? '')
  const ways = listsIn(value['content'])
  expect(ways.length).toBeGreaterThan(3)
  for (const way of ways) {
    const changed = structuredClone(value)
    const list = way.reduce<unknown>((at, key) => (at as Json)[key], changed['content'])
    ;(list as unknown[]).splice(0, 1, wrong)
    const refusal = { reason: 'MessageInvalid', field: `content.${way[0]}` }
    const answer = await json('encode', JSON.stringify(changed))
    expect(answer, way.join('.')).toMatchObject({ code: 1, value: refusal })
  }
})

test('what is no JSON object is not encoded', async () => {
  for (const text of ['', '{', '[]', 'null', '['.repeat(100)])
    expect(await json('encode', text)).toMatchObject({ code: 1, value: { field: 'JSON' } })
})

test('one file is asked for, no more and no fewer', async () => {
  for (const operands of [[], ['a', 'b']])
    expect(await main(['gbcs', 'decode', ...operands])).toBe(2)
})
