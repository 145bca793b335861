import { nodeCrypto as crypto } from '@interlock/host'
import { concat, eui64, fromHex, fromIso, instant, toHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  attachSignature,
  decodePreCommand,
  decodeResponse,
  encodePreCommand,
  encodeUnsignedResponse,
  isProfileReadable,
  profileBytes,
  profileEntriesMax,
  protect,
  readProfile,
  unprotect,
  type Command,
  type DeviceResponse,
} from './index.ts'

const originator = eui64('90-B3-D5-1F-30-01-00-00')
const device = eui64('00-DB-12-34-56-78-90-A0')
const at = (text: string) => fromIso(text) ?? instant(0)
const from = at('2014-12-31T00:00:00Z')
const halfHour = 1_800_000
const command: Command = {
  useCase: 'ECS22b',
  originator,
  target: device,
  counter: 1002n,
  from,
  until: at('2015-01-01T00:00:00Z'),
}
const ends = (by: string, reader: string) => `0908${by}0908${reader}`
const [ofOriginator, ofDevice] = ['90b3d51f30010000', '00db1234567890a0']
const protection = (counter: string, by: string, reader: string) =>
  `0202160202050909040000000000${counter}${ends(by, reader)}09000202160202020901020900`

test('an ECS22b command is, to the byte, the one that is published', () => {
  expect(toHex(encodePreCommand(command))).toBe(
    `df090100000000000003ea08${ofOriginator}08${ofDevice}000200377e` +
      'd9200003ea000103001e00002b0207ff01' +
      '0102020101020512000709060000630100ff0f0212000002021602' +
      '0202090c07de0c1fff000000008000ff090c07df0101ff000000008000ff0101' +
      protection('0003ea', ofOriginator, ofDevice),
  )
})

const answer: DeviceResponse = {
  useCase: 'ECS22b',
  device,
  originator,
  counter: 1002n,
  result: 'success',
  data: fromHex('3100000000' + 'ab'.repeat(402 + 12)) ?? new Uint8Array(),
}
const signed = (unsigned: Uint8Array) => attachSignature(unsigned, new Uint8Array(64))

test('the answer to it is, around what is encrypted, the one that is published', () => {
  const unsigned = encodeUnsignedResponse(answer)
  expect(toHex(unsigned)).toBe(
    `df090200000000000003ea08${ofDevice}08${ofOriginator}000200378201e8` +
      `da200003ea00000102020101${protection('0003ea', ofDevice, ofOriginator)}098201a3` +
      `3100000000${'ab'.repeat(414)}010300`,
  )
  const read = decodeResponse(signed(unsigned))
  expect(read.ok && read.value.response).toEqual(answer)
  const { data: _data, ...rest } = answer
  const failed = { ...rest, counter: 1004n, result: 'hardwareFault' } as const
  const none = encodeUnsignedResponse(failed)
  expect(toHex(none).slice(-26)).toBe('0cda200003ec00000100010301')
  expect(decodeResponse(signed(none))).toMatchObject({ ok: true, value: { response: failed } })
})

test('what is encrypted has, to the byte, the form of what is published: 49 half-hours of one element', () => {
  const wattHours = (place: number) => (7 * place) % 256
  const entries = Array.from({ length: 49 }, (_, place) => ({
    until: instant(from + place * halfHour),
    wattHours: wattHours(place),
  }))
  const bytes = profileBytes(entries)
  expect(bytes).toHaveLength(402)
  expect(toHex(bytes.subarray(0, 26))).toBe(
    '0201130202060682018' + '81c35f900000000001c36000800000007',
  )
  expect(readProfile(bytes)).toEqual(entries)
  expect(readProfile(profileBytes([]))).toEqual([])
  for (const wrong of [
    bytes.slice(0, -1),
    concat(bytes, Uint8Array.of(0)),
    bytes.with(2, 0x12),
    profileBytes(entries.toReversed()),
    profileBytes(entries.flatMap((each) => [each, each])),
    new Uint8Array(),
  ])
    expect(readProfile(wrong)).toBeUndefined()
})

test('the longest answer has its place in a message, and a longer one is not asked for', () => {
  const until = (entries: number) => ({ from, until: instant(from + (entries - 1) * halfHour) })
  expect(isProfileReadable(until(profileEntriesMax))).toBe(true)
  expect(isProfileReadable(until(profileEntriesMax + 1))).toBe(false)
  const data = new Uint8Array(17 + 10 + 8 * profileEntriesMax)
  const read = decodeResponse(signed(encodeUnsignedResponse({ ...answer, data })))
  expect(read.ok).toBe(true)
})

test('what names other parties within than without is none', () => {
  const other = ofOriginator.replace('90', '91')
  const command2 = toHex(encodePreCommand(command))
  const within = command2.replace(`0908${ofOriginator}0908`, `0908${other}0908`)
  const bytes = fromHex(within) ?? new Uint8Array()
  expect(decodePreCommand(bytes)).toMatchObject({ reason: 'ContentMalformed' })
  const response = toHex(signed(encodeUnsignedResponse(answer)))
  const changed = response.replace(`0908${ofOriginator}0900`, `0908${other}0900`)
  expect(decodeResponse(fromHex(changed) ?? new Uint8Array())).toMatchObject({
    reason: 'ContentMalformed',
  })
})

test('what a device protects is read by its reader, and by nobody else, and no bit of it can be changed', () => {
  const [own, reader, stranger] = [1, 2, 3].map(() => crypto.generateKey().key)
  if (!own || !reader || !stranger) throw new Error('there are three')
  const of = { device, reader: originator, counter: 7n }
  const plain = profileBytes([{ until: from, wattHours: 1_500 }])
  const bytes = protect(plain, of, { own, peer: reader.publicKey }, crypto)
  expect(bytes).toHaveLength(5 + plain.length + 12)
  const read = (change = bytes, about = of, key = reader) =>
    unprotect(change, about, { own: key, peer: own.publicKey }, crypto)
  expect(read()).toEqual(plain)
  expect(read(bytes, of, stranger)).toBeUndefined()
  expect(read(bytes, { ...of, counter: 8n })).toBeUndefined()
  expect(read(bytes, { ...of, reader: device })).toBeUndefined()
  for (let length = 0; length < 18; length++) expect(read(bytes.slice(0, length))).toBeUndefined()
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
    expect(read(changed)).toBeUndefined()
  }
})
