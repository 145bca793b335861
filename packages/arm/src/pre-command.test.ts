import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePreCommand } from './pre-command.ts'
import { hex, preCommandHex, stopHex } from './testing.ts'

test('decodes a Charge now pre-command byte by byte', () => {
  const decoded = decodePreCommand(hex(preCommandHex))
  expect(decoded).toMatchObject({
    ok: true,
    value: {
      useCase: 'ECS47a',
      originator: '92-B3-D5-1F-30-01-00-08',
      target: '00-DB-12-34-56-78-90-A0',
      counter: 0x0102030405060708n,
      controller: 1,
      direction: 'import',
      levelPercent: 100,
      from: Date.parse('2026-01-05T18:00:00Z'),
      until: Date.parse('2026-01-05T20:30:00Z'),
    },
  })
})

test('decodes a Stop, which is a level of nought', () => {
  expect(decodePreCommand(hex(stopHex))).toMatchObject({ ok: true, value: { levelPercent: 0 } })
})

test('decodes Limit APC Level with its own registers and script', () => {
  const bytes = preCommandHex
    .replace('02011e', '02011f')
    .replace('5e2c750102', '5e2c750302')
    .replace('5e2c750202', '5e2c750402')
    .replace('0a0067ff', '0a006bff')
  expect(decodePreCommand(hex(bytes))).toMatchObject({ ok: true, value: { useCase: 'ECS47e' } })
})

test('reads direction input as export', () => {
  const bytes = preCommandHex.replace('121164', '122164')
  expect(decodePreCommand(hex(bytes))).toMatchObject({ ok: true, value: { direction: 'export' } })
})

test('accepts a stated empty signature and leaves it out of the bytes to sign', () => {
  const decoded = decodePreCommand(hex(`${preCommandHex}00`))
  expect(decoded.ok && decoded.value.bytes).toEqual(hex(preCommandHex))
})

test('refuses every truncation', () => {
  const bytes = hex(preCommandHex)
  for (let length = 0; length < bytes.length; length++) {
    expect(decodePreCommand(bytes.subarray(0, length)).ok, `${length} bytes`).toBe(false)
  }
})

test('every byte matters: no changed byte decodes to the same meaning', () => {
  const bytes = hex(preCommandHex)
  const meaning = (input: Uint8Array) => {
    const decoded = decodePreCommand(input)
    if (!decoded.ok) return undefined
    const { bytes: _, ...said } = decoded.value
    return JSON.stringify(said, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
  }
  const original = meaning(bytes)
  for (let at = 0; at < bytes.length; at++) {
    const changed = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 0x01 : byte))
    expect(meaning(changed), `byte ${at}`).not.toBe(original)
  }
})

test.each([
  ['a signature already attached', `${preCommandHex}40${'00'.repeat(64)}`],
  ['bytes after its end', `${preCommandHex}0000`],
  ['two controllers', preCommandHex.replace('121164', '121264')],
  ['no controller', preCommandHex.replaceAll('5e2c75', '5e2c74').replace('121164', '121064')],
  ['a level above 100 %', preCommandHex.replace('121164', '121165')],
  ['both directions', preCommandHex.replace('121164', '123164')],
  ['a window over 24 hours', preCommandHex.replace('07ea0105ff141e00', '07ea0106ff120001')],
  ['a window that ends first', preCommandHex.replace('07ea0105ff141e00', '07ea0105ff110000')],
  ['31 February', preCommandHex.replaceAll('07ea0105', '07ea021f')],
  ['a length that is not in its shortest form', preCommandHex.replace('45d920', '8145d920')],
  ['another message', preCommandHex.replace('02011e', '02004b')],
  ['a response', preCommandHex.replace('df0901', 'df0902')],
])('refuses %s', (_what, bytes) => {
  expect(bytes).not.toBe(preCommandHex)
  expect(decodePreCommand(hex(bytes))).toMatchObject({ ok: false })
})

test('does not look at what is too long', () => {
  expect(decodePreCommand(new Uint8Array(513))).toEqual({ ok: false, problem: 'it is too long' })
})

test('bytes of any kind are read or refused, never thrown at', () => {
  const near = fc
    .record({ at: fc.nat(101), byte: fc.integer({ min: 0, max: 255 }) })
    .map(({ at, byte }) => hex(preCommandHex).map((old, i) => (i === at ? byte : old)))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), near), (bytes) => {
      const decoded = decodePreCommand(bytes)
      if (!decoded.ok) return decoded.problem.length > 0
      return decoded.value.until > decoded.value.from && decoded.value.levelPercent <= 100
    }),
  )
})
