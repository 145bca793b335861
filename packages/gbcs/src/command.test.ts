import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, euiFromBytes, fromIso, instant, toHex, type Eui64 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyUpdate } from './any-update.fixture.ts'
import { otherUseCaseOf } from './other-codes.ts'
import {
  armDigest,
  armOf,
  attachSignature,
  decodePreCommand,
  decodeResponse,
  decodeSigned,
  decodeUnsignedCommand,
  encodePreCommand,
  encodeResponse,
  encodeUnsignedCommand,
  signPreCommand,
  tariffDocumentBytesMax,
  tariffPricesMax,
  useCases,
  type Command,
} from './index.ts'

const originator = eui64('90-B3-D5-1F-30-01-00-00')
const target = eui64('00-DB-12-34-56-78-90-A0')
const at = (text: string) => fromIso(text) ?? instant(0)
const command: Command = {
  useCase: 'ECS47a',
  originator,
  target,
  counter: 1002n,
  controller: 5,
  direction: 'import',
  levelPercent: 100,
  from: at('2015-01-03T00:00:00Z'),
  until: at('2015-01-03T01:00:00Z'),
}

test('an ECS47a pre-command is, byte for byte, what the standard prescribes', () => {
  expect(toHex(encodePreCommand(command))).toBe(
    [
      'df0901' + '00000000000003ea',
      '0890b3d51f30010000' + '0800db1234567890a0' + '00',
      '02011e' + '45',
      'd9200003ea00' + '03',
      '020001' + '00005e2c7901' + '02',
      '020001' + '00005e2c7902' + '02',
      '030009' + '00000a0067ff' + '01',
      '03',
      '090c' + '07df0103ff00000000800' + '0ff',
      '090c' + '07df0103ff01000000800' + '0ff',
      '12' + '1564',
    ].join(''),
  )
})

test('an ECS47e pre-command differs in code, objects, script and direction', () => {
  const text = toHex(
    encodePreCommand({
      ...command,
      useCase: 'ECS47e',
      controller: 3,
      direction: 'export',
      levelPercent: 50,
    }),
  )
  expect(text).toContain('02011f45d9200003ea0003')
  expect(text).toContain('02000100005e2c770302' + '02000100005e2c770402')
  expect(text).toContain('03000900000a006bff01')
  expect(text.endsWith('122332')).toBe(true)
})

test('an ECS38 pre-command sets one object to the seconds', () => {
  const limit = {
    useCase: 'ECS38',
    originator,
    target,
    counter: 1002n,
    limitSeconds: 1_799,
  } as const
  const text = toHex(encodePreCommand(limit))
  expect(text.slice(-50)).toBe(
    '02004b15' + 'd9200003ea0001' + '02000100005e2c000102' + '01' + '120707',
  )
  expect(() => encodePreCommand({ ...limit, limitSeconds: 1_800 })).toThrow('within its limits')
})

const eui = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(euiFromBytes)
const seconds = fc.integer({ min: 946_684_800, max: 4_102_444_799 })
const addressed = {
  originator: eui,
  target: eui,
  counter: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
}
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    ...addressed,
    useCase: fc.constantFrom('ECS47a' as const, 'ECS47e' as const),
    controller: fc.integer({ min: 1, max: 5 }),
    direction: fc.constantFrom('import' as const, 'export' as const),
    levelPercent: fc.integer({ min: 0, max: 100 }),
    from: seconds.map((each) => instant(each * 1000)),
    until: seconds.map((each) => instant(each * 1000)),
  }),
  fc.record({
    ...addressed,
    useCase: fc.constant('UpdateHalfHourlyTariff' as const),
    version: fc.integer({ min: 0, max: 0xffff_ffff }),
    from: fc.integer({ min: 0, max: 2_000_000 }).map((each) => instant(each * 1_800_000)),
    prices: fc.array(fc.integer({ min: -10_000_000, max: 10_000_000 }), {
      minLength: 1,
      maxLength: 60,
    }),
  }),
  fc.record({
    ...addressed,
    useCase: fc.constant('UpdateTariffDocument' as const),
    version: fc.integer({ min: 0, max: 0xffff_ffff }),
    document: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  fc.record({
    ...addressed,
    useCase: fc.constant('ECS38' as const),
    limitSeconds: fc.integer({ min: 0, max: 1_799 }),
  }),
  fc
    .record({ ...addressed, at: seconds, tolerance: fc.integer({ min: 1, max: 86_400 }) })
    .filter(({ at, tolerance }) => at + tolerance <= 4_102_444_799)
    .map(({ at, tolerance, ...each }) => ({
      ...each,
      useCase: 'ECS70' as const,
      from: instant(at * 1000),
      until: instant((at + tolerance) * 1000),
    })),
  fc.record({
    ...addressed,
    useCase: fc.constant('CS06' as const),
    hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  }),
  fc
    .tuple(
      fc.record({
        ...addressed,
        useCase: fc.constantFrom('CS02b' as const, 'CS02g' as const),
      }),
      anyUpdate,
    )
    .map(([head, update]) => ({ ...head, ...update }))
    .filter(({ useCase, topUpFloor }) => useCase === 'CS02b' || topUpFloor === undefined),
  fc
    .record({
      ...addressed,
      useCase: fc.constant('ECS22b' as const),
      from: seconds.map((each) => instant(each * 1000)),
      until: seconds.map((each) => instant(each * 1000)),
    })
    .filter(({ from, until }) => from <= until),
  fc.record({
    ...addressed,
    useCase: fc.constantFrom(
      ...(['ReadTariff', 'ReadConsumption', 'ECS24', 'ECS61d', 'ECS61e'] as const),
    ),
  }),
)

test('every command is read back as it was written', () => {
  fc.assert(
    fc.property(anyCommand, (each) => {
      const read = decodePreCommand(encodePreCommand(each))
      expect(read.ok && read.value.command).toEqual(each)
    }),
  )
})

test('bytes that are read are exactly the bytes that would be written', () => {
  const bytes = fc.tuple(anyCommand, fc.nat(), fc.integer({ min: 1, max: 255 }))
  fc.assert(
    fc.property(bytes, ([each, position, flip]) => {
      const changed = encodePreCommand(each)
      changed[position % changed.length] = (changed[position % changed.length] ?? 0) ^ flip
      const read = decodePreCommand(changed)
      if (read.ok) expect(encodePreCommand(read.value.command)).toEqual(changed)
    }),
    { numRuns: 500 },
  )
})

test('arbitrary bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const framed = Uint8Array.from([0xdf, 9, 1, ...bytes])
      for (const each of [bytes, framed]) {
        decodePreCommand(each)
        decodeSigned(each)
        decodeUnsignedCommand(each)
      }
    }),
  )
})

const pair = crypto.generateKey().key
const signed = signPreCommand(encodePreCommand(command), pair, crypto)

test('the originator signs everything after the leading DF', () => {
  const read = decodeSigned(signed)
  if (!read.ok) throw new Error(read.reason)
  expect(read.value.covered).toEqual(encodePreCommand(command).slice(1))
  expect(crypto.verify(pair.publicKey, read.value.covered, read.value.signature)).toBe(true)
})

const refusal = (bytes: Uint8Array): string => {
  const read = decodeSigned(bytes)
  return read.ok ? 'accepted' : read.reason
}
const changedAt = (bytes: Uint8Array, position: number, value: number): Uint8Array =>
  Uint8Array.from(bytes, (byte, index) => (index === position ? value : byte))

test('each way of being malformed has its name', () => {
  const unsigned = encodePreCommand(command)
  expect(refusal(signed)).toBe('accepted')
  expect(refusal(new Uint8Array(9_000).fill(0xdf))).toBe('TooLong')
  expect(refusal(new Uint8Array())).toBe('NotGbcs')
  expect(refusal(changedAt(signed, 0, 0xdd))).toBe('NotGbcs')
  expect(refusal(signed.slice(0, 20))).toBe('LengthWrong')
  expect(refusal(Uint8Array.from([...signed, 0]))).toBe('LengthWrong')
  expect(refusal(signed.slice(0, -1))).toBe('LengthWrong')
  expect(refusal(changedAt(signed, 33, 0x44))).toBe('LengthWrong')
  expect(refusal(changedAt(signed, 2, 0x04))).toBe('HeaderMalformed')
  expect(refusal(changedAt(signed, 2, 0x02))).toBe('HeaderMalformed')
  expect(refusal(changedAt(signed, 29, 1))).toBe('HeaderMalformed')
  expect(refusal(unsigned)).toBe('SignatureMissing')
  expect(refusal(Uint8Array.from([...unsigned, 0]))).toBe('SignatureMissing')
  expect(refusal(changedAt(signed, 32, 0x99))).toBe('UseCaseUnknown')
  expect(refusal(changedAt(signed, 102, 101))).toBe('ContentMalformed')
})

test('a use case that can be named and not read is named', () => {
  const named = (high: number, low: number) => {
    const read = decodeSigned(changedAt(changedAt(signed, 31, high), 32, low))
    return read.ok ? '' : `${read.reason} ${read.detail}`
  }
  expect(named(0x00, 0x43)).toBe(
    'UseCaseUnknown message code: 0043, ECS28a, load limiting, whose layout is not known here',
  )
  expect(named(0x01, 0x09)).toContain('CS02b')
  expect(named(0x01, 0x0a)).toBe('UseCaseUnknown message code: 010a')
})

test('no use case that is read is among those that are not', () => {
  for (const row of Object.values(useCases)) expect(otherUseCaseOf(row.code)).toBeUndefined()
})

test('a long BER length that would fit in a short one is refused', () => {
  const unsigned = encodePreCommand(command)
  const long = Uint8Array.from([...unsigned.slice(0, 33), 0x81, ...unsigned.slice(33)])
  expect(refusal(attachSignature(long, new Uint8Array(64)))).toBe('LengthWrong')
})

test('a critical command without its signature is not read as a non-critical one', () => {
  const bytes = Uint8Array.from([...encodePreCommand(command), 0])
  expect(decodeUnsignedCommand(bytes)).toMatchObject({ ok: false, reason: 'SignatureMissing' })
  expect(() => encodeUnsignedCommand(command)).toThrow('a critical command is signed')
})

test('an arm is named by the digest over DF 09 to the end of the signature', () => {
  const arm = armOf(signed, crypto)
  expect(arm.ok && arm.value).toEqual({
    digest: armDigest(signed, crypto),
    use: 'onDemand',
    originator,
    target,
    counter: 1002n,
    evse: 5,
    direction: 'import',
    levelPercent: 100,
    from: command.from,
    until: command.until,
  })
})

const windowOf = (from: string, until: string) => {
  const each: Command = { ...command, from: at(from), until: at(until) }
  return armOf(signPreCommand(encodePreCommand(each), pair, crypto), crypto)
}

test('an arm of exactly 24 hours is read; longer, empty and reversed windows are refused', () => {
  const from = '2026-01-05T00:00:00Z'
  expect(windowOf(from, '2026-01-06T00:00:00Z').ok).toBe(true)
  const invalid = { ok: false, reason: 'WindowInvalid' }
  expect(windowOf(from, '2026-01-06T00:00:01Z')).toEqual(invalid)
  expect(windowOf(from, from)).toEqual(invalid)
  expect(windowOf(from, '2026-01-04T23:59:59Z')).toEqual(invalid)
})

test('a signed tariff is not an arm', () => {
  const tariff = { originator, target, counter: 1n, version: 1, from: instant(0), prices: [1] }
  const bytes = encodePreCommand({ useCase: 'UpdateHalfHourlyTariff', ...tariff })
  const arm = armOf(signPreCommand(bytes, pair, crypto), crypto)
  expect(arm.ok ? '' : arm.reason).toBe('UseCaseUnknown')
})

test('the longest tariff fits in a message, and one price more is refused', () => {
  const prices = Array.from({ length: tariffPricesMax }, (_, index) => index)
  const longest = { useCase: 'UpdateHalfHourlyTariff', originator } as const
  const write = (values: readonly number[], to: Eui64 = target) =>
    encodePreCommand({
      ...longest,
      target: to,
      counter: 1n,
      version: 1,
      from: instant(0),
      prices: values,
    })
  expect(decodePreCommand(write(prices)).ok).toBe(true)
  expect(() => write([...prices, 0])).toThrow('within its limits')
})

test('the longest tariff document comes back in the answer of a meter, and one byte more is refused', () => {
  const write = (bytes: number) =>
    encodePreCommand({
      useCase: 'UpdateTariffDocument',
      originator,
      target,
      counter: 1n,
      version: 1,
      document: new Uint8Array(bytes).fill(0x20),
    })
  const data = signPreCommand(write(tariffDocumentBytesMax), pair, crypto)
  const read = { useCase: 'ReadTariff', originator, target, counter: 2n } as const
  const answer = encodeResponse(read, { result: 'success', data }, pair, crypto)
  const response = decodeResponse(answer)
  expect(response.ok && response.value.response.data).toEqual(data)
  expect(() => write(tariffDocumentBytesMax + 1)).toThrow('within its limits')
})

test('no two use cases share a message code, and ours are marked as not standard', () => {
  const rows = Object.values(useCases)
  expect(new Set(rows.map((row) => row.code)).size).toBe(rows.length)
  expect(rows.filter((row) => !row.standard).every((row) => row.code >= 0xf000)).toBe(true)
})
