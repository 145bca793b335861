import { fromIso, instant, toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { rateAt } from './rate-at.ts'
import type { Tariff } from './tariff.ts'
import { plain, tariffWith, versionWith } from './tariff.fixture.ts'

const at = (text: string) => fromIso(text) ?? instant(0)
const register = (tariff: Tariff, text: string) => rateAt(tariff, at(text))?.register

test('each day of the week has its profile, Monday first, by the clock of the tariff', () => {
  const tariff = tariffWith(versionWith({ weeks: [{ week: 1, days: [1, 2, 3, 4, 1, 2, 3] }] }))
  const week = [15, 16, 17, 18, 19, 20, 21].map((day) =>
    register(tariff, `2026-06-${day}T12:00:00Z`),
  )
  expect(week).toEqual([1, 2, 3, 4, 1, 2, 3])
  // In June it is Tuesday in London an hour before it is in UTC.
  expect(register(tariff, '2026-06-15T23:00:00Z')).toBe(2)
  expect(register({ ...tariff, clock: 'UTC' }, '2026-06-15T23:00:00Z')).toBe(1)
})

test('the season that began last is in force, over New Year too; one of a year wins from its day', () => {
  const week = (number: number) => ({ week: number, days: Array<number>(7).fill(number) })
  const tariff = tariffWith(
    versionWith({
      weeks: [week(1), week(2), week(3)],
      seasons: [
        { name: 'summer', from: '04-01', week: 1 },
        { name: 'winter', from: '10-01', week: 2 },
        { name: 'the hard one', from: '2026-12-01', week: 3 },
      ],
    }),
  )
  const days = ['2026-02-01', '2026-04-01', '2026-09-30', '2026-10-01', '2026-12-01', '2027-01-15']
  expect(days.map((day) => register(tariff, `${day}T12:00:00Z`))).toEqual([2, 1, 1, 2, 3, 3])
  expect(register(tariff, '2027-04-02T12:00:00Z')).toBe(1)
})

test('a special day has its own profile; one of this year comes before one of every year', () => {
  const tariff = tariffWith(
    versionWith({
      specialDays: [
        { on: '12-25', day: 2 },
        { on: '2026-12-25', day: 3 },
        { on: '02-29', day: 4 },
      ],
    }),
  )
  expect(register(tariff, '2026-12-25T12:00:00Z')).toBe(3)
  expect(register(tariff, '2027-12-25T12:00:00Z')).toBe(2)
  expect(register(tariff, '2026-12-26T12:00:00Z')).toBe(1)
  expect(register(tariff, '2026-03-01T12:00:00Z')).toBe(1)
})

test('a rate ends with the next switch, midnight, clock change or validity, whichever is first', () => {
  const switches = [
    { at: '00:00', register: 1 },
    { at: '16:00:30', register: 2 },
  ]
  const tariff = tariffWith(
    versionWith({ days: [...plain.days.slice(1), { day: 1, switches }] }),
    versionWith({}, { version: 2, validFrom: '2026-06-01T11:00:00Z' }),
  )
  const until = (text: string) => toIso(rateAt(tariff, at(text))?.until ?? instant(0))
  expect(until('2026-01-05T12:00:00Z')).toBe('2026-01-05T16:00:30.000Z')
  expect(until('2026-01-05T16:00:30Z')).toBe('2026-01-06T00:00:00.000Z')
  expect(until('2026-03-29T00:00:00Z')).toBe('2026-03-29T01:00:00.000Z')
  expect(until('2026-06-01T00:00:00Z')).toBe('2026-06-01T11:00:00.000Z')
})

test('the highest version that is valid counts, and where none is there is no rate', () => {
  const prices = (version: number, validFrom: string, ...pence: readonly number[]) => ({
    version,
    validFrom,
    standingChargePencePerDay: 0,
    halfHourlyPencePerKilowattHour: [...pence],
  })
  const tariff = tariffWith(
    prices(2, '2026-01-01T01:00:00Z', 20, 21),
    prices(1, '2026-01-01T00:00:00Z', 10, 11, 12, 13, 14),
  )
  const price = (text: string) => rateAt(tariff, at(text))?.blocks[0]?.price
  const halfHours = ['00:29:59', '00:30:00', '01:00:00', '01:30:00', '02:00:00']
  expect(halfHours.map((time) => price(`2026-01-01T${time}Z`))).toEqual([
    10_000_000, 11_000_000, 20_000_000, 21_000_000, 14_000_000,
  ])
  expect(rateAt(tariff, at('2026-01-01T02:30:00Z'))).toBeUndefined()
  expect(rateAt(tariff, at('2025-12-31T23:59:59Z'))).toBeUndefined()
})

test('all 48 registers switch within one day', () => {
  const all = Array.from({ length: 48 }, (_, index) => index + 1)
  const time = (index: number) =>
    `${String(Math.floor(index / 2)).padStart(2, '0')}:${index % 2 === 0 ? '00' : '30'}`
  const tariff = tariffWith(
    versionWith({
      registers: all.map((number) => ({
        register: number,
        name: `${number}`,
        blocks: [{ pencePerKilowattHour: number }],
      })),
      days: [
        { day: 1, switches: all.map((number) => ({ at: time(number - 1), register: number })) },
      ],
    }),
  )
  const seen = all.map((number) => register(tariff, `2026-01-05T${time(number - 1)}:00Z`))
  expect(seen).toEqual(all)
})
