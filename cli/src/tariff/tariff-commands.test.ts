import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDir } from '@interlock/host'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '../main.ts'

const dir = temporaryDir('interlock-tariff')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const file = (name: string, text: string): string => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

const guide = readFileSync(join(import.meta.dirname, '../../../docs/operating/tariffs.md'), 'utf8')
const documented = /^```json\n([\s\S]*?)^```/m.exec(guide)?.[1] ?? ''
const tariff = file('tariff.json', documented)
const halfHourly = file(
  'half-hourly.csv',
  'from,price\n2026-12-25T00:00:00Z,10\n2026-12-25T00:30:00Z,-2.0005\n2026-12-25T01:30:00Z,5\n',
)
/** On Christmas Day: in the document's register for the night all day. */
const usage = file(
  'usage.csv',
  'from,wattHours\n2026-12-25T00:00:00Z,1500\n2026-12-25T00:30:00Z,1\n',
)
const longer = file('longer.csv', '2026-12-25T00:00:00Z,2026-12-25T02:00:00Z,1500\n')

let out = ''
let err = ''
beforeEach(() => {
  out = err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += text), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += text), true))
})
afterEach(() => vi.restoreAllMocks())

test('the tariff of the guide prices a usage, in JSON and in words', async () => {
  const args = ['tariff', 'price', '--tariff', tariff, '--usage', usage]
  expect(await main([...args, '--json'])).toBe(0)
  expect(JSON.parse(out)).toEqual({
    tariff: 'two-rates',
    from: '2026-12-25T00:00:00.000Z',
    until: '2026-12-25T01:00:00.000Z',
    wattHours: 1_501,
    pence: 58,
    exactPence: '58.35602535',
    standing: { days: 1, exactPence: '47.8485' },
    lines: [
      {
        version: 3,
        register: 2,
        block: 1,
        name: 'night',
        wattHours: 1_501,
        exactPence: '10.50752535',
      },
    ],
  })
  out = ''
  expect(await main(args)).toBe(0)
  expect(out).toContain('two-rates: £0.58 for 1.501 kWh')
  expect(out).toContain('night, block 1 (version 3)')
})

test('tariffs are compared, the cheapest first', async () => {
  const args = ['tariff', 'compare', '--tariff', tariff, '--tariff', halfHourly, '--usage', usage]
  expect(await main([...args, '--json'])).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    tariffs: [
      { tariff: 'half-hourly.csv', pence: 15, exactPence: '14.9979995', morePence: 0 },
      { tariff: 'two-rates', pence: 58, morePence: 43 },
    ],
    unpriced: [],
  })
  out = ''
  expect(await main(args)).toBe(0)
  expect(out).toContain('£0.43 more')
})

test('a tariff without a price for all of it is named with the instant, and fails', async () => {
  const gap = '2026-12-25T01:00:00.000Z'
  expect(await main(['tariff', 'price', '--tariff', halfHourly, '--usage', longer, '--json'])).toBe(
    1,
  )
  expect(JSON.parse(out)).toMatchObject({ ok: false, reason: 'PriceUnknown' })
  expect(out).toContain(gap)
  out = ''
  const both = ['--tariff', halfHourly, '--tariff', tariff]
  expect(await main(['tariff', 'compare', ...both, '--usage', longer, '--json'])).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    tariffs: [{ tariff: 'two-rates' }],
    unpriced: [{ tariff: 'half-hourly.csv', reason: 'PriceUnknown', at: gap }],
  })
})

const changed = (name: string, from: string, to: string): string =>
  file(name, documented.replace(from, to))
const cases: readonly (readonly [string, number, string, readonly string[]])[] = [
  ['no tariff', 2, 'which tariff? --tariff FILE', ['price', '--usage', usage]],
  ['no usage', 2, 'which usage? --usage FILE', ['price', '--tariff', tariff]],
  ['one tariff to compare', 2, 'at least twice', ['compare', '--tariff', tariff]],
  ['no JSON', 3, 'JsonMalformed', ['price', '--tariff', usage.replace('.csv', '.txt')]],
  [
    'a field that is none',
    3,
    'free is not a known field',
    ['price', '--tariff', changed('a.json', '"clock"', '"free": 1, "clock"')],
  ],
  [
    'a name of nothing',
    3,
    'versions[0].timeOfUse.registers: 9',
    ['price', '--tariff', changed('b.json', '"05:30", "register": 1', '"05:30", "register": 9')],
  ],
  [
    'a price twice',
    3,
    'comes twice',
    ['price', '--tariff', file('twice.csv', '2026-12-25T00:00:00Z,1\n2026-12-25T00:00:00Z,1\n')],
  ],
  [
    'usage in words',
    3,
    ':2: “much” is not an energy',
    [
      'price',
      '--tariff',
      tariff,
      '--usage',
      file('much.csv', '2026-12-25T00:00:00Z,1\n2026-12-25T00:30:00Z,much\n'),
    ],
  ],
  [
    'usage that overlaps',
    3,
    ':3: an interval begins before',
    [
      'price',
      '--tariff',
      tariff,
      '--usage',
      file('over.csv', 'from,wattHours\n2026-12-25T00:00:00Z,1\n2026-12-25T00:29:00Z,1\n'),
    ],
  ],
  [
    'usage of local time',
    3,
    ':2: it must be',
    [
      'price',
      '--tariff',
      tariff,
      '--usage',
      file('local.csv', 'from,wattHours\n25/12/2026 00:00,1\n'),
    ],
  ],
]
file('usage.txt', 'not JSON')

test.each(cases)('%s: exit %i and words', async (_what, code, words, args) => {
  const named = args.includes('--usage') || code === 2 ? args : [...args, '--usage', usage]
  const exitCode = await main(['tariff', ...named, '--json'])
  expect({ exitCode, err }).toEqual({
    exitCode: code,
    err: expect.stringContaining(words) as string,
  })
  expect(JSON.parse(out)).toMatchObject({ error: { code: expect.any(String) as string } })
})
