import { fromIso, instant, seeded, type Entropy } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { isImportTariff } from '@interlock/gbcs'
import type { TimeOfUseDocument, VersionDocument } from '../document.ts'
import { priceUsage } from '../price-usage.ts'
import { rateAt } from '../rate-at.ts'
import { plain, tariffWith, versionWith } from '../tariff.fixture.ts'
import type { Tariff } from '../tariff.ts'
import { standardTariff } from './read-standard.ts'
import { standardMessage } from './write-standard.ts'

const at = (text: string) => fromIso(text) ?? instant(0)
const from = at('2026-01-01T00:00:00Z')
const until = at('2027-01-01T00:00:00Z')
const halfHour = 1_800_000

const london = (timeOfUse: Partial<TimeOfUseDocument>, change: Partial<VersionDocument> = {}) =>
  tariffWith(
    versionWith(timeOfUse, {
      validUntil: '2027-01-01T00:00:00Z',
      standingChargePencePerDay: 47.85,
      ...change,
    }),
  )
const said = (tariff: Tariff) => {
  const message = standardMessage(tariff, from)
  const standard = message.ok ? standardTariff({ ...message.value, execution: 'atOnce' }) : message
  return standard.ok ? standard.value : undefined
}

/** Cheap over the hours in which the clocks change, and around midnight, on all but Wednesdays. */
const windows: Partial<TimeOfUseDocument> = {
  days: [
    ...plain.days,
    {
      day: 5,
      switches: [
        { at: '00:00', register: 2 },
        { at: '00:30', register: 1 },
        { at: '01:30', register: 2 },
        { at: '05:30', register: 1 },
        { at: '23:30', register: 2 },
      ],
    },
  ],
  weeks: [{ week: 1, days: [5, 5, 3, 5, 5, 5, 5] }],
  specialDays: [{ on: '12-25', day: 4 }],
}

test("by UTC a year of London's clock costs the same to the last digit, whenever the clocks change", () => {
  const tariff = london(windows)
  const standard = said(tariff)
  if (standard === undefined) throw new Error('it fits')
  const random = seeded('london')
  const usage = Array.from({ length: 365 * 48 }, (_, index) => ({
    from: instant(from + index * halfHour),
    until: instant(from + (index + 1) * halfHour),
    wattHours: random.below(2_000),
  }))
  const [ours, theirs] = [priceUsage(tariff, usage), priceUsage(standard, usage)]
  if (!ours.ok || !theirs.ok) throw new Error('each half-hour has a price')
  expect(theirs.value.cost).toBe(ours.value.cost)
  expect(theirs.value.lines.map(({ register, wattHours }) => [register, wattHours])).toEqual(
    ours.value.lines.map(({ register, wattHours }) => [register, wattHours]),
  )
})

test('a season begins with each change of the clock, and only days that are like no other are special', () => {
  const message = standardMessage(london(windows), from)
  if (!message.ok) throw new Error(message.reason)
  const { seasons, specialDays, weeks } = message.value
  const dates = (each: readonly { year: number | 'any'; month: number; day: number }[]) =>
    each.map(({ year, month, day }) => `${year}-${month}-${day}`)
  expect(dates(seasons.map(({ start }) => start))).toEqual(['2026-1-1', '2026-3-29', '2026-10-25'])
  expect(weeks).toHaveLength(2)
  expect(dates(specialDays.map(({ date }) => date))).toEqual([
    '2026-3-29',
    '2026-10-25',
    '2026-12-25',
  ])
})

const pick = <Value>(random: Entropy, values: readonly Value[]): Value =>
  values[random.below(values.length)] as Value
/** Some tariff by day profiles of a few switches each, with or without another season and special days. */
function anyTariff(random: Entropy): Tariff {
  const days = [1, 2, 3].map((day) => ({
    day,
    switches: [
      { at: '00:00', register: 1 + random.below(4) },
      { at: pick(random, ['00:20', '00:59:59', '01:00', '02:30']), register: 1 + random.below(4) },
      { at: pick(random, ['05:30', '23:00', '23:30:01']), register: 1 + random.below(4) },
    ],
  }))
  const week = (number: number) => ({
    week: number,
    days: Array.from({ length: 7 }, () => 1 + random.below(2)),
  })
  const seasons = [
    { name: 'one', from: pick(random, ['01-01', '03-30', '10-25']), week: 1 },
    { name: 'two', from: pick(random, ['06-01', '11-01']), week: 2 },
  ].slice(0, 1 + random.below(2))
  const specialDays = [{ on: pick(random, ['05-01', '2026-12-25', '03-29']), day: 3 }]
  return london({ days, weeks: [week(1), week(2)], seasons, specialDays })
}

test('whatever is said by UTC has the same register at every instant, as by the clock', () => {
  const random = seeded('any tariff')
  let fit = 0
  for (let tries = 0; tries < 30; tries++) {
    const tariff = anyTariff(random)
    const standard = said(tariff)
    if (standard === undefined) continue
    fit++
    const near = ['2026-03-28T23:00:00Z', '2026-03-29T00:30:00Z', '2026-10-25T00:30:00Z'].map(at)
    const instants = [
      ...Array.from({ length: 300 }, () => from + 1_000 * random.below((until - from) / 1_000)),
      ...near.flatMap((each) => Array.from({ length: 50 }, () => each + random.below(5_400_000))),
    ].map(instant)
    for (const each of instants)
      expect([each, rateAt(standard, each)?.register]).toEqual([
        each,
        rateAt(tariff, each)?.register,
      ])
  }
  expect(fit).toBeGreaterThan(10)
})

test('what is valid for too long is said only where it is the same at every hour', () => {
  const long = { validUntil: '2029-01-01T00:00:00Z' }
  expect(standardMessage(london(windows, long), from)).toMatchObject({ reason: 'ClockUnfit' })
  const message = standardMessage(london({}, long), from)
  if (!message.ok) throw new Error(message.reason)
  expect(isImportTariff({ ...message.value, execution: 'atOnce' })).toBe(true)
  expect(message.value.seasons).toMatchObject([{ start: { year: 'any' } }])
  // Three years of changes are more seasons than there are, also where it is not too long to look at.
  const two = { validUntil: '2028-02-01T00:00:00Z' }
  expect(standardMessage(london(windows, two), from)).toMatchObject({ reason: 'TablesUnfit' })
  // What is over already is not said.
  expect(standardMessage(london(windows, two), at('2027-01-01T00:00:00Z'))).toMatchObject({
    ok: true,
  })
})
