import { eui64, fromHex, instant, toHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { decodePreCommand, encodePreCommand, isClockInterval } from './index.ts'

const originator = eui64('90-B3-D5-1F-30-01-00-00')
const target = eui64('00-DB-12-34-56-78-90-A0')

test('an ECS70 pre-command is, to the byte, the one that is published', () => {
  const setting = {
    useCase: 'ECS70',
    originator,
    target,
    counter: 1000n,
    from: instant(Date.UTC(2014, 11, 31, 23, 59, 10)),
    until: instant(Date.UTC(2015, 0, 1, 0, 0, 10)),
  } as const
  expect(toHex(encodePreCommand(setting))).toBe(
    'df090100000000000003e80890b3d51f300100000800db1234567890a0000200626c' +
      'd9200003e80005' +
      '0200080000010000ff09' +
      '0300080000010000ff05' +
      '0300080000010000ff04' +
      '0100080000010000ff02' +
      '0100080000010000ff04' +
      '05' +
      '1605' +
      '0203' +
      '090cffffffffffffffffff8000ff' +
      '090c07de0c1fff173b0a008000ff' +
      '090c07df0101ff00000a008000ff' +
      '0f000000',
  )
  const half = { ...setting, until: instant(setting.from + 500) }
  expect(() => encodePreCommand(half)).toThrow('within its limits')
  expect(isClockInterval(setting)).toBe(true)
  for (const seconds of [0, -1, 86_401])
    expect(isClockInterval({ ...setting, until: instant(setting.from + seconds * 1000) })).toBe(
      false,
    )
})

test('a CS06 pre-command is, to the byte, the one that is published', () => {
  const hash = fromHex('aa758690730934ff0685aa758690730934ff0685657788990011223344556677')
  const activation = {
    useCase: 'CS06',
    originator,
    target,
    counter: 1000n,
    hash: hash ?? new Uint8Array(),
  } as const
  expect(toHex(encodePreCommand(activation))).toBe(
    'df090100000000000003e80890b3d51f300100000800db1234567890a000020012' +
      '28' +
      '3026' +
      '0420aa758690730934ff0685aa758690730934ff0685657788990011223344556677' +
      '020203e8',
  )
  expect(() => encodePreCommand({ ...activation, hash: new Uint8Array(31) })).toThrow('limits')
  const dated = '0420aa758690730934ff0685aa758690730934ff0685657788990011223344556677020203e9180f'
  const later = fromHex(
    'df090100000000000003e90890b3d51f300100000800db1234567890a00002001239' +
      `3037${dated}32303330303131353039303030305a`,
  )
  expect(decodePreCommand(later ?? new Uint8Array())).toMatchObject({ reason: 'ContentMalformed' })
})

test('an ECS61e and an ECS61d command are, to the byte, the ones that are published', () => {
  const id = { originator, target, counter: 1001n } as const
  const head = 'df090100000000000003e90890b3d51f300100000800db1234567890a00002'
  const objects = (...last: string[]) => last.map((each) => `01000100005e2c00${each}02`).join('')
  const operation = objects('15', '16', '17', '18', '19', '1f', '20', '21', '22', '23')
  expect(toHex(encodePreCommand({ useCase: 'ECS61e', ...id }))).toBe(
    `${head}011d76d9200003e9000a${operation}0a${'00'.repeat(10)}`,
  )
  expect(toHex(encodePreCommand({ useCase: 'ECS61d', ...id }))).toBe(
    `${head}011c55d9200003e90007${objects('0b', '0c', '0d', '0e', '0f')}` +
      `01000b00000b0003ff0201000a00000c0002ff0207${'00'.repeat(7)}`,
  )
})

test('the counter in a CS06 is a DER integer in its shortest form', () => {
  const hash = new Uint8Array(32).fill(0x5a)
  const tail = (counter: bigint): string => {
    const command = { useCase: 'CS06', originator, target, counter, hash } as const
    return toHex(encodePreCommand(command)).split('5a'.repeat(32))[1] ?? ''
  }
  expect(tail(0n)).toBe('020100')
  expect(tail(127n)).toBe('02017f')
  expect(tail(128n)).toBe('02020080')
  expect(tail((1n << 64n) - 1n)).toBe('020900ffffffffffffffff')
})
