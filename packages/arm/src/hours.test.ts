import { expect, test } from 'vitest'
import { concat, fromBase64, toBase64, utf8 } from './bytes.ts'
import { hoursWords, signHoursChoice, type HoursChoice } from './hours.ts'
import { createArmKey } from './key.ts'
import { hex } from './testing.ts'

const weekdays = [1, 2, 3, 4, 5]
const peaks = [
  { weekdays, fromHour: 8, untilHour: 11 },
  { weekdays, fromHour: 16, untilHour: 22 },
]

test.each<[HoursChoice, string]>([
  [{ kind: 'accepted' }, 'accepted'],
  [{ kind: 'removed' }, 'removed'],
  [{ kind: 'changed', quiet: peaks }, '1,2,3,4,5 8-11;1,2,3,4,5 16-22'],
])('a choice names the charger, the time and itself, and nothing else', async (choice, text) => {
  const key = await createArmKey()
  const at = Date.parse('2026-01-05T18:00:00Z')
  const signed = await signHoursChoice(choice, '00-DB-12-34-56-78-91-00', at, key)
  expect(signed).toMatchObject({ choice, by: toBase64(key.spki), at })
  // The EUI-64, and 1767636000000 in 64 bits.
  const statement = (words: string) =>
    concat(utf8('interlock-owner-hours'), hex('00db1234567891000000019b8f50dd00'), utf8(words))
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const verifier = await crypto.subtle.importKey('spki', key.spki, curve, false, ['verify'])
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const verifies = (words: string) =>
    crypto.subtle.verify(algorithm, verifier, fromBase64(signed.signature), statement(words))
  expect(await verifies(text)).toBe(true)
  expect(await verifies(`${text} `)).toBe(false)
})

test('hours are told in words', () => {
  expect(hoursWords(peaks)).toBe('Monday to Friday 08:00–11:00 and 16:00–22:00')
  const mixed = [
    { weekdays: [6, 0], fromHour: 0, untilHour: 24 },
    { weekdays: [3, 1], fromHour: 9, untilHour: 10 },
  ]
  expect(hoursWords(mixed)).toBe('Saturday and Sunday 00:00–24:00, Monday, Wednesday 09:00–10:00')
  expect(hoursWords([{ weekdays: [0, 1, 2, 3, 4, 5, 6], fromHour: 7, untilHour: 8 }])).toBe(
    'every day 07:00–08:00',
  )
})
