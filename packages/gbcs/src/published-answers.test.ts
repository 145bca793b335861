import { eui64, fromHex, instant, toHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  attachSignature,
  decodePreCommand,
  decodeResponse,
  encodeUnsignedResponse,
  readFrame,
  writeFrame,
  type CellReport,
  type DeviceResponse,
} from './index.ts'

const supplier = eui64('90-B3-D5-1F-30-01-00-00')
const device = eui64('00-DB-12-34-56-78-90-A0')
const report = (keyUsage: 'digitalSignature' | 'keyAgreement', topUp?: true): CellReport => ({
  cell: { role: 'supplier', keyUsage, ...(topUp === undefined ? {} : { topUp }) },
  outcome: 'success',
  before: { organisation: supplier, keyId: new Uint8Array(8).fill(0x0a) },
  after: { organisation: supplier, keyId: new Uint8Array(8).fill(0x0b) },
})
/** The answer to a replacement of all three cells, in the form of the published ones. */
const answer: DeviceResponse = {
  useCase: 'CS02b',
  device,
  originator: supplier,
  counter: 1000n,
  at: instant(Date.UTC(2015, 0, 1)),
  result: 'success',
  floor: 0n,
  topUpFloor: 0n,
  cells: [report('digitalSignature'), report('keyAgreement'), report('keyAgreement', true)],
  twoByteLengths: true,
}
const holder = (last: string) => `040890b3d51f300100000408${last.repeat(8)}`
const cellHex = (length: string, cell: string) =>
  `30${length}30${cell}0a0100${holder('0a')}${holder('0b')}`
const cellsHex =
  cellHex('34', '0702010203020780') +
  cellHex('34', '0702010203020308') +
  cellHex('37', '0a02010203020308020101')
const head = 'df090200000000000003e80800db1234567890a00890b3d51f30010000'
const time = '0c07df0101ff000000008000ff'
const counters = '30123010020102020100' + '30083006020100020100'
const published =
  `${head}${time}02010281ce` + `308200ca0500308200c4020203e8020102${counters}308200a5${cellsHex}`

const byte = (value: number) => value.toString(16).padStart(2, '0')
const forms = {
  one: (hex: string) => `81${byte(hex.length / 2)}${hex}`,
  two: (hex: string) => `8200${byte(hex.length / 2)}${hex}`,
  three: (hex: string) => `830000${byte(hex.length / 2)}${hex}`,
} as const
type Form = keyof typeof forms
/** The same answer with its three longer lengths in these forms, and true. */
function inForms(outer: Form, outcome: Form, list: Form, inside = counters): string {
  const cells = `020203e8020102${inside}30${forms[list](cellsHex)}`
  const content = `30${forms[outer](`050030${forms[outcome](cells)}`)}`
  return `${head}${time}02010281${byte(content.length / 2)}${content}`
}

const signed = (hex: string): Uint8Array =>
  attachSignature(fromHex(hex) ?? new Uint8Array(), new Uint8Array(64))

test('an answer to an update of credentials has its time and lengths as the published ones have', () => {
  expect(toHex(encodeUnsignedResponse(answer))).toBe(published)
  const read = decodeResponse(signed(published))
  expect(read.ok && read.value.response).toEqual(answer)
  const frame = readFrame(signed(published))
  expect(frame.ok && writeFrame(frame.value.frame)).toEqual(signed(published))
})

test('the same in the shortest form of its lengths, and without a time, is read too', () => {
  const { twoByteLengths: _form, at: _time, ...shortest } = answer
  const bytes = encodeUnsignedResponse(shortest)
  expect(toHex(bytes)).toContain(`${head}0002010281cb3081c805003081c3`)
  const read = decodeResponse(attachSignature(bytes, new Uint8Array(64)))
  expect(read.ok && read.value.response).toEqual(shortest)
})

test.each([
  ['two forms in one answer', inForms('two', 'one', 'two'), 'answer to an update'],
  ['two forms in one answer, the other way', inForms('one', 'one', 'two'), 'answer to an update'],
  ['a length in three bytes', inForms('two', 'two', 'three'), 'outcome of each cell'],
  [
    'a length below 128 in two bytes',
    inForms('two', 'two', 'two', counters.replace('3012', '30820012')),
    'counters of the party',
  ],
])('refused by name: %s', (_name, hex, field) => {
  expect(inForms('two', 'two', 'two')).toBe(published)
  const read = decodeResponse(signed(hex))
  expect(read.ok ? '' : read.detail).toContain(field)
})

test('a time is in responses only, and of the one form', () => {
  const mixed = decodeResponse(signed(published.replace('008000ff', '000000ff')))
  expect(mixed.ok ? '' : mixed.detail).toContain('date-time of the message')
  const command = decodePreCommand(
    fromHex(published.replace('df0902', 'df0901')) ?? new Uint8Array(),
  )
  expect(command.ok ? '' : command.detail).toContain('may not be in a command')
})
