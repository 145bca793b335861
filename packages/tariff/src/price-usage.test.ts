import { existsSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { instant, seeded } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { costByHand, londonDate, londonTime, millionths, penniesByHand } from './by-hand.fixture.ts'
import type { TariffDocument } from './document.ts'
import { nanopence, wholePence } from './money.ts'
import { priceUsage, type Bill } from './price-usage.ts'
import { tariffOf } from './read-tariff.ts'
import type { Tariff } from './tariff.ts'
import type { Usage } from './usage.ts'

const halfHour = 1_800_000
const year = { from: Date.UTC(2019, 0, 1), until: Date.UTC(2020, 0, 1) }
const halfHours = (year.until - year.from) / halfHour
const indexOf = (at: number): number => (at - year.from) / halfHour

const tariff = (document: TariffDocument): Tariff => {
  const read = tariffOf(document)
  if (!read.ok) throw new Error(`${read.reason} ${read.detail}`)
  return read.value
}
const billOf = (under: Tariff, usage: Usage): Bill => {
  const bill = priceUsage(under, usage)
  if (!bill.ok) throw new Error(`${bill.reason} ${bill.detail}`)
  return bill.value
}
const pennies = (bill: Bill): string => wholePence(bill.cost).toString()

const dynamic = (prices: readonly string[], standingChargePencePerDay = 0): Tariff =>
  tariff({
    tariff: 'half-hourly',
    clock: 'Europe/London',
    versions: [
      {
        version: 1,
        validFrom: new Date(year.from).toISOString(),
        standingChargePencePerDay,
        halfHourlyPencePerKilowattHour: prices.map(Number),
      },
    ],
  })

/** Two cheap windows a night, one of them over the hour in which the clocks change. */
const cheapWindows = (at: string): boolean =>
  at >= '22:30' || at < '00:30' || (at >= '01:30' && at < '07:30')
const twoRates = tariff({
  tariff: 'two-rates',
  clock: 'Europe/London',
  versions: [
    {
      version: 7,
      validFrom: '2019-01-01T00:00:00Z',
      validUntil: '2020-01-01T00:00:00Z',
      standingChargePencePerDay: 15.8235,
      timeOfUse: {
        registers: [
          { register: 1, name: 'day', blocks: [{ pencePerKilowattHour: 22.4805 }] },
          { register: 2, name: 'night', blocks: [{ pencePerKilowattHour: 8.169 }] },
        ],
        days: [
          {
            day: 1,
            switches: [
              { at: '00:00', register: 2 },
              { at: '00:30', register: 1 },
              { at: '01:30', register: 2 },
              { at: '07:30', register: 1 },
              { at: '22:30:00', register: 2 },
            ],
          },
        ],
        weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
        seasons: [{ name: 'all year', from: '01-01', week: 1 }],
      },
    },
  ],
})
const twoRatesByHand = (at: number): bigint =>
  millionths(cheapWindows(londonTime(at)) ? '8.169' : '22.4805')
const standingByHand = millionths('15.8235') * 365n * 1_000n

test('an interval costs what it costs by hand, wherever the clocks change and however it is cut', () => {
  const random = seeded('prices')
  const prices = Array.from(
    { length: halfHours },
    () => `${random.below(60) - 10}.${String(random.below(10_000)).padStart(4, '0')}`,
  )
  const moving = dynamic(prices)
  // Half of them near a clock change.
  const start = fc.oneof(
    fc.integer({ min: year.from, max: year.until - 1 }),
    fc
      .constantFrom(Date.UTC(2019, 2, 31, 1), Date.UTC(2019, 9, 27, 1))
      .chain((change) => fc.integer({ min: change - 4 * halfHour, max: change + 4 * halfHour })),
  )
  const interval = fc.record({
    from: start.map(instant),
    millis: fc.integer({ min: 1, max: 50 * halfHour }),
    wattHours: fc.integer({ min: 0, max: 100_000 }),
  })
  fc.assert(
    fc.property(interval, ({ from, millis, wattHours }) => {
      const until = instant(Math.min(from + millis, year.until))
      const usage = [{ from, until, wattHours }]
      const bill = billOf(moving, usage)
      expect(bill.cost).toBe(costByHand(usage, (at) => millionths(prices[indexOf(at)] ?? '')))
      expect(bill.wattHours).toBe(wattHours)
      const energy = billOf(twoRates, usage).lines.reduce((sum, { cost }) => sum + cost, 0n)
      expect(energy).toBe(costByHand(usage, twoRatesByHand))
    }),
    { numRuns: 300 },
  )
})

test('a day has 46 half-hours in spring and 50 in autumn, and one standing charge', () => {
  const day = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      from: instant(from + index * halfHour),
      until: instant(from + (index + 1) * halfHour),
      wattHours: 500,
    }))
  const spring = day(Date.UTC(2019, 2, 31), 46)
  const autumn = day(Date.UTC(2019, 9, 26, 23), 50)
  expect(londonDate(Date.UTC(2019, 2, 31) + 46 * halfHour)).toBe('01/04/2019')
  expect(londonDate(Date.UTC(2019, 9, 26, 23) + 50 * halfHour)).toBe('28/10/2019')
  const counted = (usage: Usage) => {
    const { lines, standing } = billOf(twoRates, usage)
    return [standing.days, ...lines.map(({ name, wattHours }) => `${name} ${wattHours}`)]
  }
  // Cheap for 1 + 11 + 3 half-hours: in spring 01:30 is not there, and the clock is at 02:00 at once.
  expect(counted(spring)).toEqual([1, 'night 7500', 'day 15500'])
  // In autumn 01:00 and 01:30 are there twice.
  expect(counted(autumn)).toEqual([1, 'night 8500', 'day 16500'])
})

const data = new URL('../../../../shared/data/', import.meta.url)
const agile = new URL('tariffs/agile-region-A-eastern-2018-02_2021-08.csv', data)
const norway = new URL('ev-sessions/norway-residential-12sites-2018_2021.csv', data)
const linesOf = (file: URL): string[] => readFileSync(file, 'utf8').trim().split(/\r?\n/)

/** Prices of every half-hour of 2019, as the file writes them. */
function realPrices(): string[] {
  return linesOf(agile)
    .filter((line) => line.startsWith('2019'))
    .map((line) => line.split(',')[4] ?? '')
}

/** Sessions of 2019; the file tells the time of Oslo, an hour ahead of London all year. */
function realSessions(): Usage {
  const utc = (text: string): number => {
    const hours = text >= '2019-03-31 03' && text < '2019-10-27 03' ? 2 : 1
    return Date.parse(`${text.replace(' ', 'T')}Z`) - hours * 3_600_000
  }
  return linesOf(norway)
    .slice(1)
    .map((line) => line.split(';'))
    .map(([, , , plugged = '', left = '', , kilowattHours = '']) => ({
      from: instant(utc(plugged)),
      until: instant(utc(left)),
      wattHours: Math.round(Number(kilowattHours.replace(',', '.')) * 1000),
    }))
    .filter(({ from, until }) => from >= year.from && until <= year.until && from < until)
    .filter(({ wattHours }) => wattHours > 0)
}

test.skipIf(!existsSync(agile) || !existsSync(norway))(
  'a year of real sessions costs, to the penny, what it costs by hand (skipped: ../shared/data is absent)',
  () => {
    const prices = realPrices()
    const sessions = realSessions()
    expect(prices).toHaveLength(halfHours)
    expect(sessions.length).toBeGreaterThan(20_000)

    const byHand = costByHand(sessions, (at) => millionths(prices[indexOf(at)] ?? ''))
    const moving = dynamic(prices)
    const cost = sessions.reduce((sum, session) => sum + billOf(moving, [session]).cost, 0n)
    expect(wholePence(nanopence(cost)).toString()).toBe(penniesByHand(byHand))
    expect(cost).toBe(byHand)

    // As the meter of the whole street would have recorded them, with its standing charge.
    const taken = Array<number>(halfHours).fill(0)
    for (const { from, wattHours } of sessions)
      taken[Math.floor(indexOf(from))] = (taken[Math.floor(indexOf(from))] ?? 0) + wattHours
    const metered = taken.map((wattHours, index) => ({
      from: instant(year.from + index * halfHour),
      until: instant(year.from + (index + 1) * halfHour),
      wattHours,
    }))
    const bill = billOf(twoRates, metered)
    expect(bill.standing.days).toBe(365)
    expect(pennies(bill)).toBe(penniesByHand(costByHand(metered, twoRatesByHand) + standingByHand))
  },
)
