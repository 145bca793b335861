import { expect, test } from 'vitest'
import { decodePreCommand, type PreCommand } from './pre-command.ts'
import { sentenceOf } from './sentence.ts'
import { hex, preCommandHex, stopHex } from './testing.ts'

const home = { place: '12 Acacia Avenue', ratingWatts: 7400, timeZone: 'Europe/London' }
const now = Date.parse('2026-01-05T18:00:20Z')

function read(text: string): PreCommand {
  const decoded = decodePreCommand(hex(text))
  if (!decoded.ok) throw new Error(decoded.problem)
  return decoded.value
}

test('says what, where and until when', () => {
  expect(sentenceOf(read(preCommandHex), home, now)).toBe(
    'Charge now at up to 7.4 kW at 12 Acacia Avenue until 20:30',
  )
})

test('says that a stop holds', () => {
  expect(sentenceOf(read(stopHex), home, now)).toBe(
    'Stop charging now at 12 Acacia Avenue and stay stopped until 20:30',
  )
})

test('never calls a start "now" that is not', () => {
  const early = now - 3 * 60_000
  expect(sentenceOf(read(preCommandHex), home, early)).toContain('Charge from 18:00')
})

test('names the day, and the year, when it is not today', () => {
  const before = Date.parse('2025-12-31T12:00:00Z')
  expect(sentenceOf(read(preCommandHex), home, before)).toBe(
    'Charge from 18:00 on 5 January 2026 at up to 7.4 kW at 12 Acacia Avenue until 20:30 on 5 January 2026',
  )
})

test('shows times of the home, in summer too', () => {
  const summer = read(preCommandHex.replaceAll('07ea0105', '07ea0705'))
  const at = Date.parse('2026-07-05T18:00:00Z')
  expect(sentenceOf(summer, home, at)).toContain('until 21:30')
})

test('says so when the car would feed the grid', () => {
  const said = read(preCommandHex.replace('121164', '122164'))
  expect(sentenceOf(said, home, now)).toContain('Feed the grid now')
})
