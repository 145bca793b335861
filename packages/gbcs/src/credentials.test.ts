import { eui64, toHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  decodePreCommand,
  encodePreCommand,
  takes,
  type CommandOf,
  type CredentialsUpdate,
} from './index.ts'

const certificate = Uint8Array.of(0x30, 3, 2, 1, 5)
const update: CommandOf<'CS02b'> = {
  useCase: 'CS02b',
  originator: eui64('90-B3-D5-1F-30-01-00-00'),
  target: eui64('00-DB-12-34-56-78-90-A0'),
  counter: 1000n,
  floor: 0n,
  topUpFloor: 0n,
  replacements: [
    { cell: { role: 'supplier', keyUsage: 'digitalSignature' }, certificate },
    { cell: { role: 'supplier', keyUsage: 'keyAgreement' }, certificate },
    { cell: { role: 'supplier', keyUsage: 'keyAgreement', topUp: true }, certificate },
  ],
  path: [certificate],
  timeChecks: false,
}
const contentHex = (command: CommandOf<'CS02b' | 'CS02g'>): string =>
  toHex(encodePreCommand(command)).slice(68)

test('a CS02b pre-command is laid out as those that are published', () => {
  expect(contentHex(update)).toBe(
    '305e' +
      '3020' +
      '020102' +
      '810101' +
      'a20702010203020780' +
      '830203e8' +
      '840100' +
      'a5083006020100020100' +
      '3033' +
      '300e3003020105300702010203020780' +
      '300e3003020105300702010203020308' +
      '30113003020105300a02010203020308020101' +
      '30053003020105',
  )
})

test('what is the default is left out, and a CS02g pre-command has its floor beside its role', () => {
  const { topUpFloor: _without, ...rest } = update
  const cell = { role: 'loadController', keyUsage: 'digitalSignature' } as const
  const change = {
    ...rest,
    useCase: 'CS02g',
    floor: (1n << 63n) - 1n,
    replacements: [{ cell, certificate }],
    path: [],
    timeChecks: true,
  } as const
  expect(toHex(encodePreCommand(change)).slice(60)).toBe(
    '020126' +
      '39' +
      '3037' +
      '3021' +
      '02010b' +
      'a20702010203020780' +
      '830203e8' +
      'a60f300d02010802087fffffffffffffff' +
      '3010300e3003020105300702010803020780' +
      '3000',
  )
})

const not: readonly (readonly [string, Partial<CredentialsUpdate>])[] = [
  ['a floor beyond 63 bits', { floor: 1n << 63n }],
  ['a floor below zero', { topUpFloor: -1n }],
  ['nothing to replace', { replacements: [] }],
  [
    'one cell twice',
    { replacements: [...update.replacements.slice(0, 1), ...update.replacements] },
  ],
  [
    'a certificate that is none',
    {
      replacements: [
        {
          cell: { role: 'supplier', keyUsage: 'digitalSignature' },
          certificate: Uint8Array.of(0x31, 0),
        },
      ],
    },
  ],
  ['a longer path than three', { path: Array.from({ length: 4 }, () => certificate) }],
]
test.each(not)('not written: %s', (_name, change) => {
  expect(takes('CS02b', { ...update, ...change })).toBe(false)
  expect(takes('CS02b', update)).toBe(true)
})

test('a load controller has no counters of top-ups', () => {
  const { topUpFloor: _without, ...rest } = update
  expect(takes('CS02g', rest)).toBe(true)
  expect(takes('CS02g', update)).toBe(false)
})

const hex = toHex(encodePreCommand(update))
test.each([
  ['another mode', '020102810101', '020103810101', 'mode of the replacement'],
  ['the default written out', '810101', '810100', 'time checks of the certificates'],
  ['another authoriser', 'a20702010203', 'a20702010303', 'cell of the authoriser'],
  ['another counter inside', '830203e8', '830203e9', 'counter once more'],
  ['a negative floor', '840100', '8401ff', 'floor of the new counters'],
  ['a floor of counters that there are not', '3006020100020100', '3006020101020100', 'top-ups'],
  ['a role that there is not', '300702010203020308', '300702010903020308', 'replacements'],
  ['a key usage that there is not', '300702010203020308', '300702010203020388', 'replacements'],
  ['one cell twice', '300702010203020308', '300702010203020780', 'replacements'],
  [
    'a certificate that is no sequence',
    '300e3003020105300702010203020308',
    '300e3103020105300702010203020308',
    'replacements',
  ],
  ['a path that is no certificate', '30053003020105', '30053103020105', 'certificates of the path'],
])('refused by name: %s', (_name, from, to, field) => {
  const parts = hex.split(from)
  expect(parts).toHaveLength(2)
  const bytes = Uint8Array.from(Buffer.from(parts.join(to), 'hex'))
  const read = decodePreCommand(bytes)
  expect(read).toMatchObject({ reason: 'ContentMalformed' })
  expect(read.ok ? '' : read.detail).toContain(field)
})
