import { eui64, fromHex, instant, toHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { endless, pricesOf, thresholdsOf, timeOfUse } from './import-tariff.fixture.ts'
import {
  attachSignature,
  decodePreCommand,
  decodeResponse,
  encodePreCommand,
  encodeUnsignedResponse,
  readFrame,
  type DeviceResponse,
  type ImportTariff,
  type ResultCode,
} from './index.ts'

const supplier = eui64('90-B3-D5-1F-30-01-00-00')
const meter = eui64('00-DB-12-34-56-78-90-A0')
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

const calendar = (attribute: string) => `02001400000d0000ff${attribute}`
const objects =
  calendar('07') +
  calendar('08') +
  calendar('09') +
  '02000b00010b0000ff02' +
  ['0b', '0c', '0d', '0e', '0f', '10', '11', '12']
    .map((each) => `02001500001001${each}ff02`)
    .join('') +
  '02232800005e2c020004' +
  '0200710000131404ff06' +
  '0200710000131400ff06' +
  calendar('0a') +
  '02232800005e2c801d06' +
  '02232800005e2c020006' +
  '0200710000131404ff07' +
  '0200710000131400ff07' +
  '02232800003f0101ff06'
const head = (counter: string, length: string) =>
  `df090100000000000${counter}0890b3d51f300100000800db1234567890a00002001982${length}` +
  `d9200${counter}0015${objects}15`

const season = (name: string, date: string, week: string) =>
  `0203${name}090c${date}ff000000008000ff0901${week}`
const seasons =
  '0102' +
  season('090677696e746572', '07de0a1b', '01') +
  season('090673756d6d6572', '07df031d', '02')
const weeks =
  '0102' +
  '0208090101' +
  '11011101110111011101' +
  '11031103' +
  '0208090102' +
  '11021102110211021102' +
  '11031103'
const change = (time: string, register: string) => `02030904${time}090600000a0064ff12${register}`
/** The first is like a day of the first season, or of the second. */
const specialDays = (first: '01' | '02') =>
  '0102' + `0203120001090507df0501ff11${first}` + '02031200020905ffff0c19ff1103'
const noThreshold = '010106ffffffff'
const standing =
  '03ff' + '020302020f000ffb' + '020312000009060000000000000f00' + '0101020209001' + '04e20'
const indices = [
  ...Array.from({ length: 48 }, (_, at) => at + 1),
  ...[0xa0, 0xb0, 0xc0, 0xd0].flatMap((block) =>
    Array.from({ length: 8 }, (_, at) => block + at + 1),
  ),
]
/** Prices in hex by the index of their register. */
const prices = (priced: Readonly<Record<number, string>>) =>
  '020302020f030ffb' +
  '020312000309060100010800ff0f02' +
  '0150' +
  indices.map((index) => `02020901${hex(index, 2)}10${priced[index] ?? '0000'}`).join('')
const execution = (date: string) => `090c${date}8000ff`.repeat(6)
const atOnce = execution('000000000000000000')

const bytesOf = (counter: bigint, tariff: ImportTariff): string =>
  toHex(
    encodePreCommand({
      useCase: 'ECS01a',
      originator: supplier,
      target: meter,
      counter,
      ...tariff,
    }),
  )

const days = (first: string, second: string) =>
  '0103' +
  `0202110101` +
  '02' +
  change('00000000', first) +
  change('07000000', second) +
  `0202110201` +
  '02' +
  change('06000000', second) +
  change('17000000', first) +
  `0202110301` +
  '01' +
  change('00000000', '0001')

test('an ECS01a pre-command by time of use is, to the byte, the one that is published', () => {
  const published =
    head('003ee', '0512') +
    seasons +
    weeks +
    days('0002', '0003') +
    specialDays('02') +
    noThreshold.repeat(8) +
    standing +
    prices({ 1: '0849', 2: '0c37', 3: '1288' }) +
    atOnce
  expect(published).toHaveLength(2_668)
  expect(bytesOf(1006n, timeOfUse)).toBe(published)
  const read = decodePreCommand(fromHex(published) ?? new Uint8Array())
  expect(read.ok && read.value.command).toMatchObject(timeOfUse)
})

test('an ECS01a pre-command with blocks is, to the byte, the one that is published', () => {
  const published =
    head('003ef', '0477') +
    '0101' +
    season('0903616c6c', '07df0101', '01') +
    '0101' +
    '0208090101' +
    '1101'.repeat(7) +
    '0101' +
    '0202110101' +
    '01' +
    change('00000000', '0065') +
    '0100' +
    '0103060000271006' +
    '00004e2006ffffffff' +
    noThreshold.repeat(7) +
    standing +
    prices({ 0xa1: '0551', 0xb1: '08f1', 0xc1: '15be' }) +
    atOnce
  expect(published).toHaveLength(2_358)
  const blocks: ImportTariff = {
    ...timeOfUse,
    seasons: [{ name: 'all', start: { year: 2015, month: 1, day: 1 }, week: 1 }],
    weeks: [{ name: 1, days: Array.from({ length: 7 }, () => 1) }],
    days: [{ name: 1, switches: [{ atSeconds: 0, register: 101 }] }],
    specialDays: [],
    thresholds: thresholdsOf([10_000, 20_000, endless]),
    prices: pricesOf({ 49: 1_361, 57: 2_289, 65: 5_566 }),
  }
  expect(bytesOf(1007n, blocks)).toBe(published)
})

const mixed: ImportTariff = {
  ...timeOfUse,
  days: timeOfUse.days.map(({ name, switches }) => ({
    name,
    switches: switches.map(({ atSeconds, register }) => ({
      atSeconds,
      register: [1, 102, 101][register - 1] ?? 0,
    })),
  })),
  specialDays: timeOfUse.specialDays.map((each, at) => (at === 0 ? { ...each, day: 1 } : each)),
  thresholds: thresholdsOf([10_000, endless], [40_000, endless]),
  prices: pricesOf({ 1: 2_121, 49: 2_289, 50: 4_002, 57: 3_546, 58: 6_969 }),
}
test.each([
  { name: 'dated', counter: 1008n, execution: instant(Date.UTC(2030, 0, 15, 9)) },
  { name: 'cancelled', counter: 1009n, execution: 'never' },
] as const)(
  'an ECS01a pre-command by time of use and blocks, $name, is the one that is published',
  (each) => {
    const published =
      head(`00${each.counter.toString(16)}`, '051c') +
      seasons +
      weeks +
      days('0066', '0065') +
      specialDays('01') +
      '0102060000271006ffffffff' +
      '01020600009c4006ffffffff' +
      noThreshold.repeat(6) +
      standing +
      prices({ 1: '0849', 0xa1: '08f1', 0xa2: '0fa2', 0xb1: '0dda', 0xb2: '1b39' }) +
      execution(each.execution === 'never' ? 'ff'.repeat(9) : '07ee010fff09000000')
    expect(published).toHaveLength(2_688)
    expect(bytesOf(each.counter, { ...mixed, execution: each.execution })).toBe(published)
  },
)

function differing(last: ResultCode): readonly ResultCode[] {
  return [...Array.from({ length: 20 }, () => 'success' as const), last]
}
const answerHead = (counter: string) =>
  `df0902000000000000${counter}0800db1234567890a00890b3d51f300100000c07df0101ff000000008000ff02001948` +
  `da2000${counter}000015${'00'.repeat(21)}15`
const answer = {
  useCase: 'ECS01a',
  device: meter,
  originator: supplier,
  counter: 1006n,
  at: instant(Date.UTC(2015, 0, 1)),
  result: 'success',
} as const
const signed = (text: string) =>
  attachSignature(fromHex(text) ?? new Uint8Array(), new Uint8Array(64))

test('the response to ECS01a is, to the byte, the one that is published', () => {
  const published = answerHead('03ee') + '0200'.repeat(21)
  expect(toHex(encodeUnsignedResponse(answer))).toBe(published)
  const read = decodeResponse(signed(published))
  expect(read.ok && read.value.response).toEqual(answer)
})

test('a response to ECS01a whose last two dates fail is the one that is published, and is explained', () => {
  const published = answerHead('03f4') + '0200'.repeat(19) + '0201' + '02fa'
  const inPart: DeviceResponse = {
    ...answer,
    counter: 1012n,
    result: 'hardwareFault',
    results: [
      ...Array.from({ length: 19 }, () => 'success' as const),
      'hardwareFault',
      'otherReason',
    ],
  }
  expect(toHex(encodeUnsignedResponse(inPart))).toBe(published)
  const read = decodeResponse(signed(published))
  expect(read.ok && read.value.response).toEqual(inPart)
  const frame = readFrame(signed(published))
  expect(frame.ok && frame.value.parts.find(({ name }) => name === 'result of each')?.words).toBe(
    'hardwareFault of 20, activation of the prices; ' +
      'otherReason of 21, activation of the thresholds; success of the others',
  )
})

test.each<[string, Partial<DeviceResponse>]>([
  ['a result less than was addressed', { results: ['success', 'otherReason'] }],
  ['results that come to another', { result: 'success', results: differing('otherReason') }],
  ['results that are all the same', { results: Array.from({ length: 21 }, () => 'success') }],
])('an answer with %s is not written', (_name, wrong) => {
  expect(() => encodeUnsignedResponse({ ...answer, ...wrong })).toThrow('a result of each')
})

test('an answer with a result that is none is refused by the name of its field', () => {
  const text = answerHead('03f4') + '0200'.repeat(20)
  for (const last of ['02ff', '0300']) {
    const read = decodeResponse(signed(text + last))
    expect(read.ok ? '' : read.detail).toContain('result of each: ')
  }
})

const week = { name: 1, days: [1, 1, 1, 1, 1, 3, 3] }
const day = (name: number, register: number, atSeconds: readonly number[] = [0]) => ({
  name,
  switches: atSeconds.map((each) => ({ atSeconds: each, register })),
})
const start = { year: 2015, month: 1, day: 1 }
test.each<[string, Partial<ImportTariff>]>([
  ['a week that there is not', { seasons: [{ name: 'all', start, week: 3 }] }],
  ['no season', { seasons: [] }],
  ['a day that there is not', { specialDays: [{ date: start, day: 4 }] }],
  ['a week of six days', { weeks: [week, { name: 2, days: week.days.slice(1) }] }],
  ['two days of one name', { days: [day(1, 1), day(2, 1), day(2, 1)] }],
  ['a register between the two kinds', { days: [day(1, 1), day(2, 1), day(3, 49)] }],
  ['two switches at once', { days: [day(1, 1), day(2, 1), day(3, 1, [0, 0])] }],
  ['seven lists of thresholds', { thresholds: thresholdsOf().slice(1) }],
  ['thresholds that fall', { thresholds: thresholdsOf([endless, 1]) }],
  ['a price of more than two bytes', { prices: pricesOf({ 1: 32_768 }) }],
  ['a price less', { prices: timeOfUse.prices.slice(1) }],
  ['a scale of more than a byte', { priceScale: 128 }],
])('a tariff with %s is not written', (_name, wrong) => {
  expect(() => bytesOf(1006n, { ...timeOfUse, ...wrong })).toThrow('limits')
})
