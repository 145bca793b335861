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

test('ECS46d pre-commands are, to the byte, the ones that are published', () => {
  const days = [
    { year: 'any', month: 12, day: 25 },
    { year: 'any', month: 5, day: 1 },
    { year: 'any', month: 6, day: 10 },
  ] as const
  const [from, until] = [
    { year: 2015, month: 6, day: 21 },
    { year: 2015, month: 12, day: 21 },
  ] as const
  /** Two to a controller, half an hour apart: off from the hour on, at half its level from the half-hour. */
  const entries = Array.from({ length: 10 }, (_, at) => ({
    controller: Math.floor(at / 2) + 1,
    direction: 'import' as const,
    levelPercent: at % 2 === 0 ? 0 : 50,
    atSeconds: (9 + at / 2) * 3_600,
    weekdays: [1, 2, 3, 4, 5],
    specialDays: at === 1 ? [1, 3] : at === 5 ? [2, 3] : [1, 2, 3],
    from,
    until,
  }))
  const calendar = { entries, specialDays: days, execution: 'atOnce' } as const
  const id = { useCase: 'ECS46d', originator, target, counter: 1005n } as const
  const hex = (value: number) => value.toString(16).padStart(2, '0')
  const entry = (at: number, direction = '1') =>
    `020a1200${hex(at + 1)}03ff090600000a0067ff12${direction}${Math.floor(at / 2) + 1}` +
    `${at % 2 === 0 ? '80' : 'b2'}0904${hex(9 + Math.floor(at / 2))}${at % 2 === 0 ? '00' : '1e'}0000` +
    `12ffff0407f80403${at === 1 ? 'a0' : at === 5 ? '60' : 'e0'}090507df0615ff090507df0c15ff`
  const rest = (direction: string, execution: string) =>
    '0402000b00010b0003ff0202000a00010c0002ff0202232800005e2c801a0602232800005e2c802306' +
    '04010302031200010905ffff0c19ff11010203120002' +
    '0905ffff0501ff110202031200030905ffff060aff1103010a' +
    entries.map((_, at) => entry(at, direction)).join('') +
    `090c${execution}`.repeat(2)
  const head =
    'df090100000000000003ed0890b3d51f300100000800db1234567890a00002011a820250d9200003ed00'
  expect(toHex(encodePreCommand({ ...id, ...calendar }))).toBe(
    head + rest('1', '0000000000000000008000ff'),
  )
  const input = entries.map((each) => ({ ...each, direction: 'export' as const }))
  expect(toHex(encodePreCommand({ ...id, ...calendar, entries: input }))).toBe(
    head + rest('2', '0000000000000000008000ff'),
  )
  const dated = instant(Date.UTC(2030, 3, 1, 9))
  expect(toHex(encodePreCommand({ ...id, ...calendar, execution: dated }))).toBe(
    head + rest('1', '07ee0401ff090000008000ff'),
  )
  expect(toHex(encodePreCommand({ ...id, ...calendar, execution: 'never' }))).toBe(
    head + rest('1', 'ffffffffffffffffff8000ff'),
  )
  for (const wrong of [{ atSeconds: 86_400 }, { weekdays: [2, 1] }, { specialDays: [4] }])
    expect(() =>
      encodePreCommand({
        ...id,
        ...calendar,
        entries: entries.map((each) => ({ ...each, ...wrong })),
      }),
    ).toThrow('limits')
})
