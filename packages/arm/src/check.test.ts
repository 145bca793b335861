import { expect, test } from 'vitest'
import { checkPreCommand } from './check.ts'
import { asked, hex, preCommandHex } from './testing.ts'

test('accepts the bytes that say what was asked', () => {
  expect(checkPreCommand(hex(preCommandHex), asked).ok).toBe(true)
})

test.each([
  ['originator', '92-B3-D5-1F-30-01-00-09', 'It names another key.'],
  ['target', '00-DB-12-34-56-78-90-A1', 'It is for another home.'],
  ['controller', 2, 'It is for another charger of this home.'],
  ['levelPercent', 0, 'It names another power.'],
  ['from', asked.from + 1000, 'It starts at another time.'],
  ['until', asked.until - 1000, 'It ends at another time.'],
])('says so when the %s differs', (field, value, words) => {
  const checked = checkPreCommand(hex(preCommandHex), { ...asked, [field]: value })
  expect(checked).toMatchObject({ ok: false, problems: [words] })
})

test('refuses to take energy from the car', () => {
  const bytes = hex(preCommandHex.replace('121164', '122164'))
  expect(checkPreCommand(bytes, asked)).toMatchObject({
    ok: false,
    problems: ['It would take energy from the car.'],
  })
})

test("refuses the DSR provider's use case", () => {
  const limit = preCommandHex
    .replace('02011e', '02011f')
    .replace('5e2c750102', '5e2c750302')
    .replace('5e2c750202', '5e2c750402')
    .replace('0a0067ff', '0a006bff')
  expect(checkPreCommand(hex(limit), asked)).toMatchObject({
    ok: false,
    problems: ['It is not an order for on demand use.'],
  })
})

test('names what cannot be read', () => {
  expect(checkPreCommand(hex('df0901'), asked)).toEqual({
    ok: false,
    problems: ['It cannot be read: it ends inside the counter.'],
  })
})

test('what is checked no longer changes with the buffer it came in', () => {
  const bytes = hex(preCommandHex)
  const checked = checkPreCommand(bytes, asked)
  bytes.fill(0)
  expect(checked.ok && checked.value.bytes).toEqual(hex(preCommandHex))
})
