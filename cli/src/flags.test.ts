import { expect, test } from 'vitest'
import { describeFlags, parseFlags, texts, type FlagSpecs } from './flags.ts'

const specs: FlagSpecs = {
  once: { kind: 'switch', help: 'run once' },
  seed: { kind: 'whole', min: 0, value: 'N', help: 'the seed' },
  speed: { kind: 'number', min: 1, max: 10_000, value: 'X', help: 'how fast' },
  controls: { kind: 'text', choices: ['on', 'off'], help: 'the gates' },
  'tariff-day': { kind: 'date', value: 'DATE', help: 'a day' },
  roots: { kind: 'texts', value: 'FILE', help: 'trust anchors' },
}

test('flags are read in both forms and everything else is kept', () => {
  expect(parseFlags(['a', '--once', '--seed=3', '--controls', 'off', 'b'], specs)).toEqual({
    ok: true,
    flags: { once: true, seed: 3, controls: 'off' },
    operands: ['a', 'b'],
  })
  expect(parseFlags(['--tariff-day', '2020-05-23'], specs)).toMatchObject({
    flags: { 'tariff-day': Date.UTC(2020, 4, 23) },
  })
})

test.each([
  [['--nonsense'], 'unknown option --nonsense'],
  [['--constructor'], 'unknown option --constructor'],
  [['--seed'], 'needs a value'],
  [['--seed', '--once'], 'needs a value'],
  [['--seed', 'x'], 'whole number'],
  [['--seed', '-1'], 'from 0'],
  [['--seed', '1.5'], 'whole number'],
  [['--speed', '1e9'], 'to 10000'],
  [['--controls', 'maybe'], 'one of on, off'],
  [['--tariff-day', '2020-13-40'], 'a date'],
  [['--once=1'], 'takes no value'],
])('%j is refused in words', (args, words) => {
  const parsed = parseFlags(args, specs)
  expect(parsed).toMatchObject({ ok: false })
  expect(parsed.ok ? '' : parsed.problem).toContain(words)
})

test('a flag that may be given more than once keeps every value, in order', () => {
  const parsed = parseFlags(['--roots', 'a.pem', 'file', '--roots=b.pem'], specs)
  expect(parsed).toEqual({ ok: true, flags: { roots: ['a.pem', 'b.pem'] }, operands: ['file'] })
  expect(parsed.ok && texts(parsed.flags, 'roots')).toEqual(['a.pem', 'b.pem'])
  expect(texts({}, 'roots')).toEqual([])
})

test('every flag is described on a line of its own', () => {
  expect(describeFlags(specs).split('\n')).toHaveLength(Object.keys(specs).length)
})
