import { eui64, fromHex, toHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { endless, pricesOf } from './import-tariff.fixture.ts'
import {
  attachSignature,
  decodeResponse,
  encodePreCommand,
  encodeUnsignedResponse,
  isAnswerTo,
  readFrame,
  writeFrame,
  type DeviceResponse,
} from './index.ts'

const originator = eui64('90-B3-D5-1F-30-01-00-00')
const device = eui64('00-DB-12-34-56-78-90-A0')
const from = '00db1234567890a0'
const to = '90b3d51f30010000'

test('an ECS24 command is, to the byte, the one that is published', () => {
  const thresholds = ['0b', '0c', '0d', '0e', '0f', '10', '11', '12']
  const objects =
    '01000300005e2c010702' +
    '01000300005e2c010703' +
    ['03', '04', '05'].map((each) => `01001400000d0000ff${each}`).join('') +
    '01000b00000b0000ff02' +
    thresholds.map((each) => `01001500001000${each}ff02`).join('') +
    '01232800005e2c020002' +
    '0100710000131404ff05' +
    '0100710000131400ff05'
  const command = { useCase: 'ECS24', originator, target: device, counter: 1001n } as const
  expect(toHex(encodePreCommand(command))).toBe(
    `df090100000000000003e908${to}08${from}0002003a81c3d9200003e90011${objects}11${'00'.repeat(17)}`,
  )
})

/** Two rates by blocks on weekdays, one by time of use at weekends; a price of now of one unit. */
const shown = {
  activePrice: 1,
  activePriceScale: -5,
  seasons: [{ name: 'all', start: { year: 2015, month: 1, day: 1 }, week: 1 }],
  weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 2, 2] }],
  days: [
    {
      name: 1,
      switches: [
        { atSeconds: 7 * 3_600, register: 101 },
        { atSeconds: 23 * 3_600, register: 102 },
      ],
    },
    { name: 2, switches: [{ atSeconds: 0, register: 1 }] },
  ],
  tariffSpecialDays: [
    { date: { year: 2015, month: 5, day: 1 }, day: 2 },
    { date: { year: 2015, month: 12, day: 25 }, day: 2 },
  ],
  thresholds: Array.from({ length: 8 }, (_, at) => [at < 2 ? 10_000 : endless, endless, endless]),
  currency: 'pounds',
} as const
const charges = {
  standingCharge: 20_000,
  standingChargeScale: -5,
  prices: pricesOf({ 1: 2_121, 49: 2_289, 50: 4_002, 57: 3_546, 58: 6_969 }),
  priceScale: -5,
}
const change = (hour: string, register: string) =>
  `02030904${hour}000000090600000a0064ff1200${register}`
const ends = (first: string) => `010306${first}06ffffffff06ffffffff`
const tables =
  '0600000001' +
  '02020ffb16fe' +
  '010102030903616c6c090c07df0101ff000000008000ff090101' +
  '0101020809010111011101110111011101' +
  '11021102' +
  `0102020211010102${change('07', '65')}${change('17', '66')}` +
  `020211020101${change('00', '01')}` +
  '01020203120001090507df0501ff1102' +
  '0203120002090507df0c19ff1102' +
  ends('00002710').repeat(2) +
  ends('ffffffff').repeat(6) +
  '03ff'
const priced: Readonly<Record<string, string>> = {
  '01': '0849',
  a1: '08f1',
  a2: '0fa2',
  b1: '0dda',
  b2: '1b39',
}
const byte = (value: number) => value.toString(16).padStart(2, '0')
const indices = [
  ...Array.from({ length: 48 }, (_, at) => byte(at + 1)),
  ...['a', 'b', 'c', 'd'].flatMap((block) =>
    Array.from({ length: 8 }, (_, at) => `${block}${at + 1}`),
  ),
]
const chargesHex =
  '020302020f000ffb020312000009060000000000000f00' +
  '0101020209001' +
  '04e20' +
  '020302020f030ffb020312000309060100010800ff0f020150' +
  indices.map((index) => `02020901${index}10${priced[index] ?? '0000'}`).join('')
const answer: DeviceResponse = {
  useCase: 'ECS24',
  device,
  originator,
  counter: 1001n,
  result: 'success',
  ...shown,
  ...charges,
}
const head = (counter: string, length: string) =>
  `df0902000000000000${counter}08${from}08${to}0002003a82${length}da2000${counter}000011`
const signed = (text: string) =>
  attachSignature(fromHex(text) ?? new Uint8Array(), new Uint8Array(64))

test('the answer to ECS24 is, to the byte, the one that is published', () => {
  const published = head('03e9', '040d') + tables + chargesHex + '11' + '0100'.repeat(17)
  expect(published).toHaveLength(2 * (36 + 0x40d))
  expect(toHex(encodeUnsignedResponse(answer))).toBe(published)
  const read = decodeResponse(signed(published))
  expect(read.ok && read.value.response).toEqual(answer)
  expect(isAnswerTo('ECS24', answer)).toBe(true)
})

const inPart: DeviceResponse = {
  useCase: 'ECS24',
  device,
  originator,
  counter: 1002n,
  result: 'hardwareFault',
  results: [
    ...Array.from({ length: 15 }, () => 'success' as const),
    'hardwareFault',
    'otherReason',
  ],
  ...shown,
}
test('the answer to ECS24 whose charges cannot be read is the one that is published, and is explained', () => {
  const published = head('03ea', '0156') + tables + '000011' + '0100'.repeat(15) + '010101fa'
  expect(toHex(encodeUnsignedResponse(inPart))).toBe(published)
  expect(isAnswerTo('ECS24', inPart)).toBe(true)
  const frame = readFrame(signed(published))
  if (!frame.ok) throw new Error(frame.detail)
  expect(writeFrame(frame.value.frame)).toEqual(signed(published))
  const words = Object.fromEntries(frame.value.parts.map((part) => [part.name, part.words]))
  expect(words).toMatchObject({
    'price of now': '1',
    'scale of the price of now': '× 10^-5 pounds',
    days: 'day 1: register 101 from 07:00:00, register 102 from 23:00:00; day 2: register 1 from 00:00:00',
    currency: 'pounds',
    prices: 'not read',
    'result of each':
      'hardwareFault of 16, standing charge; otherReason of 17, prices; success of the others',
  })
})

test.each<[string, object]>([
  ['charges where they could not be read', charges],
  ['no seasons where they were read', { seasons: undefined }],
  ['thresholds of seven registers', { thresholds: shown.thresholds.slice(1) }],
  ['a season without a week', { seasons: [] }],
  ['a price of now below nothing', { activePrice: -1 }],
  ['a scale of more than a byte', { activePriceScale: 128 }],
  ['a standing charge without its scale', { standingCharge: 1 }],
  ['one octet string besides', { data: new Uint8Array() }],
])('is no answer to ECS24: %s', (_name, wrong) => {
  expect(isAnswerTo('ECS24', { ...inPart, ...wrong })).toBe(false)
})
