import { decodePreCommand, encodePreCommand, type ImportTariff } from '@interlock/gbcs'
import { eui64, fromIso, instant, seeded } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { TimeOfUseDocument, VersionDocument } from '../document.ts'
import { wholePence } from '../money.ts'
import { priceUsage } from '../price-usage.ts'
import { rateAt } from '../rate-at.ts'
import { tariffOf } from '../read-tariff.ts'
import type { Tariff } from '../tariff.ts'
import type { Usage } from '../usage.ts'
import { endless, standardTariff } from './read-standard.ts'
import { standardMessage } from './write-standard.ts'

const at = (text: string) => fromIso(text) ?? instant(0)
const hour = 3_600_000
const from = at('2026-01-01T00:00:00Z')

/** Night and day on weekdays, one rate at weekends, another week in summer, and blocks by day. */
const timeOfUse: TimeOfUseDocument = {
  registers: [
    {
      register: 1,
      name: 'day',
      blocks: [
        { pencePerKilowattHour: 24.39, upToWattHours: 40_000 },
        { pencePerKilowattHour: 27.3, upToWattHours: 90_000 },
        { pencePerKilowattHour: 31.02 },
      ],
    },
    { register: 2, name: 'night', blocks: [{ pencePerKilowattHour: 7.05 }] },
    { register: 8, name: 'weekend', blocks: [{ pencePerKilowattHour: -1.25 }] },
  ],
  days: [
    {
      day: 4,
      switches: [
        { at: '00:00', register: 2 },
        { at: '05:30', register: 1 },
        { at: '23:30:01', register: 2 },
      ],
    },
    { day: 2, switches: [{ at: '00:00', register: 8 }] },
  ],
  weeks: [
    { week: 2, days: [4, 4, 4, 4, 4, 2, 2] },
    { week: 1, days: [4, 2, 4, 4, 4, 4, 2] },
  ],
  seasons: [
    { name: 'winter: when it is dark', from: '10-01', week: 1 },
    { name: 'summer', from: '04-01', week: 2 },
  ],
  specialDays: [
    { on: '12-25', day: 2 },
    { on: '2026-06-10', day: 2 },
  ],
}
const documentOf = (
  change: Partial<TimeOfUseDocument> = {},
  clock: 'UTC' | 'Europe/London' = 'UTC',
) => {
  const version: VersionDocument = {
    version: 3,
    validFrom: '2026-01-01T00:00:00Z',
    validUntil: '2027-01-01T00:00:00Z',
    standingChargePencePerDay: 47.85,
    timeOfUse: { ...timeOfUse, ...change },
  }
  const read = tariffOf({ tariff: 'test', clock, versions: [version] })
  if (!read.ok) throw new Error(`${read.reason} ${read.detail}`)
  return read.value
}

/** Over the wire: what a meter reads of the message that is made of it. */
function carried(tariff: Tariff): Tariff {
  const message = standardMessage(tariff, from)
  if (!message.ok) throw new Error(message.reason)
  const bytes = encodePreCommand({
    useCase: 'ECS01a',
    originator: eui64('02-00-00-00-00-00-00-06'),
    target: eui64('02-00-00-03-00-00-00-01'),
    counter: 1n,
    ...message.value,
    execution: 'atOnce',
  })
  const read = decodePreCommand(bytes)
  if (!read.ok || read.value.command.useCase !== 'ECS01a') throw new Error('it is one')
  const standard = standardTariff(read.value.command)
  if (!standard.ok) throw new Error(standard.reason)
  return standard.value
}

/** A year of half-hours, with as much in each as chance has it. */
function yearOfUsage(seed: string): Usage {
  const random = seeded(seed)
  const start = at('2026-01-01T00:00:00Z')
  return Array.from({ length: 365 * 48 }, (_, index) => ({
    from: instant(start + (index * hour) / 2),
    until: instant(start + ((index + 1) * hour) / 2),
    wattHours: random.below(2_000),
  }))
}
const cost = (tariff: Tariff, usage: Usage) => {
  const bill = priceUsage(tariff, usage)
  if (!bill.ok) throw new Error(`${bill.reason} ${bill.detail}`)
  return bill.value
}

test("a year's usage costs the same to the last digit by the standard's message as by the document", () => {
  const document = documentOf()
  const standard = carried(document)
  const usage = yearOfUsage('a year')
  const [ours, theirs] = [cost(document, usage), cost(standard, usage)]
  expect(theirs.cost).toBe(ours.cost)
  expect(theirs.lines.map(({ wattHours, cost: each }) => [wattHours, each])).toEqual(
    ours.lines.map(({ wattHours, cost: each }) => [wattHours, each]),
  )
})

/** Registers 1 … 3 at 1p … 3p, 101 with two blocks at 10p and 20p, 48 at 48p; week 1 is Monday to Sunday. */
const message: ImportTariff = {
  seasons: [
    { name: 'winter', start: { year: 2025, month: 10, day: 26 }, week: 1 },
    { name: 'summer', start: { year: 'any', month: 3, day: 29 }, week: 2 },
  ],
  weeks: [
    { name: 1, days: [1, 1, 1, 1, 1, 2, 2] },
    { name: 2, days: [3, 3, 3, 3, 3, 3, 3] },
  ],
  days: [
    {
      name: 1,
      switches: [
        { atSeconds: 6 * 3_600, register: 1 },
        { atSeconds: 23 * 3_600, register: 2 },
      ],
    },
    { name: 2, switches: [{ atSeconds: 0, register: 3 }] },
    { name: 3, switches: [{ atSeconds: 0, register: 101 }] },
    { name: 4, switches: [{ atSeconds: 0, register: 48 }] },
  ],
  specialDays: [
    { date: { year: 'any', month: 12, day: 25 }, day: 2 },
    { date: { year: 2025, month: 12, day: 25 }, day: 4 },
  ],
  thresholds: Array.from({ length: 8 }, () => [endless]).with(0, [10_000]),
  standingCharge: 4_785,
  standingChargeScale: -4,
  prices: Array.from({ length: 80 }, () => 0)
    .with(0, 100)
    .with(1, 200)
    .with(2, 300)
    .with(47, 4_800)
    .with(48, 1_000)
    .with(56, 2_000),
  priceScale: -4,
  execution: 'atOnce',
}
const read = (change: Partial<ImportTariff> = {}): Tariff => {
  const tariff = standardTariff({ ...message, ...change })
  if (!tariff.ok) throw new Error(tariff.reason)
  return tariff.value
}
const priceAt = (tariff: Tariff, text: string) => rateAt(tariff, at(text))?.blocks[0]?.price

test.each([
  ['a weekday before its first switch, after a weekend', '2026-01-05T05:59:59Z', 3],
  ['a weekday from its first switch on', '2026-01-05T06:00:00Z', 1],
  ['the evening from its second switch on', '2026-01-05T23:00:00Z', 2],
  ['the next morning, as the evening ended', '2026-01-06T05:59:59Z', 2],
  ['a weekend', '2026-01-10T12:00:00Z', 3],
  ['the last second before summer', '2026-03-28T23:59:59Z', 3],
  ['summer, by UTC', '2026-03-29T00:00:00Z', 10],
  ['summer, which begins every year and lasts, since winter does not', '2027-01-01T00:00:00Z', 10],
  ['a special day of its year before one of every year', '2025-12-25T12:00:00Z', 48],
  ['a special day of every year', '2029-12-25T12:00:00Z', 3],
])('the register that counts is that of %s', (_when, text, pence) => {
  expect(priceAt(read(), text)).toBe(pence * 1_000_000)
})

test('before its first season a tariff without one of every year has no price', () => {
  const seasons = message.seasons.slice(0, 1)
  expect(priceAt(read({ seasons }), '2025-10-25T12:00:00Z')).toBeUndefined()
  expect(priceAt(read({ seasons }), '2025-10-27T12:00:00Z')).toBe(1_000_000)
})

test('what is above a threshold costs the price of the next block, from each month anew', () => {
  const usage = [
    ['2026-04-30T10:00:00Z', 9_000],
    ['2026-04-30T11:00:00Z', 3_000],
    ['2026-05-01T10:00:00Z', 4_000],
  ] as const
  const {
    cost: whole,
    standing,
    lines,
  } = cost(
    read(),
    usage.map(([text, wattHours]) => ({
      from: at(text),
      until: instant(at(text) + hour),
      wattHours,
    })),
  )
  expect(lines.map(({ register, block, wattHours }) => [register, block, wattHours])).toEqual([
    [101, 1, 14_000],
    [101, 2, 2_000],
  ])
  expect(standing.days).toBe(2)
  expect(wholePence(whole)).toBe(276n)
})

test('a tariff with a date counts from then on, and one that cancels never', () => {
  const dated = read({ execution: at('2026-06-01T09:00:00Z') })
  expect(priceAt(dated, '2026-06-01T08:59:59Z')).toBeUndefined()
  expect(priceAt(dated, '2026-06-01T09:00:00Z')).toBe(10_000_000)
  expect(standardTariff({ ...message, execution: 'never' })).toMatchObject({ reason: 'Cancels' })
})

test.each<[string, Partial<ImportTariff>]>([
  ['a price beyond £100', { priceScale: -2, prices: message.prices.with(0, 10_001) }],
  ['a price beyond any number', { priceScale: 127 }],
  [
    'a price finer than a millionth of a penny',
    { priceScale: -11, prices: message.prices.with(0, 1) },
  ],
  ['a standing charge that is paid out', { standingCharge: -1 }],
])('%s is in no tariff', (_what, change) => {
  expect(standardTariff({ ...message, ...change })).toMatchObject({ reason: 'PriceInvalid' })
})

test('what is read of a message is written as that message again, to the scale of its prices', () => {
  const again = standardMessage(read(), from)
  if (!again.ok) throw new Error(again.reason)
  const { priceScale, prices, standingChargeScale, standingCharge, ...tables } = again.value
  const { execution, priceScale: scale, prices: all, ...rest } = message
  expect(tables).toEqual({
    ...tables,
    seasons: rest.seasons,
    weeks: rest.weeks,
    days: rest.days,
    specialDays: rest.specialDays,
    thresholds: rest.thresholds.with(0, [10_000, endless]),
  })
  const factor = 10 ** (priceScale - scale)
  expect(prices.map((each) => each * factor)).toEqual(all)
  expect(standingCharge * 10 ** (standingChargeScale + 4)).toBe(4_785)
  expect(execution).toBe('atOnce')
})

const blocksOf = (count: number, more: object = {}) =>
  documentOf({
    ...more,
    registers: timeOfUse.registers.map((each, index) =>
      index === 0
        ? {
            ...each,
            blocks: [
              ...Array.from({ length: count - 1 }, (_, end) => ({
                pencePerKilowattHour: 1,
                upToWattHours: end + 1,
              })),
              { pencePerKilowattHour: 2 },
            ],
          }
        : each,
    ),
  })
const priced = (...pence: readonly number[]) =>
  documentOf({
    registers: timeOfUse.registers.map((each, index) => ({
      ...each,
      blocks: [{ pencePerKilowattHour: pence[index] ?? 0 }],
    })),
  })
const [version] = documentOf().versions

test.each<[string, Tariff]>([
  ['BlocksUnfit', documentOf({}, 'Europe/London')],
  ['BlocksUnfit', blocksOf(2, { blockPeriod: 'day' })],
  ['PriceUnfit', priced(24.39255)],
  ['PriceUnfit', priced(0.001, 32.768)],
  ['NotOneVersion', { ...documentOf(), versions: version === undefined ? [] : [version, version] }],
  [
    'HalfHourly',
    {
      ...documentOf(),
      versions: documentOf().versions.map((each) => ({
        ...each,
        rates: { kind: 'halfHourly', prices: [] },
      })),
    },
  ],
  [
    'TablesUnfit',
    {
      ...documentOf(),
      versions: documentOf().versions.map((each) => ({
        ...each,
        rates: each.rates.kind === 'timeOfUse' ? { ...each.rates, seasons: [] } : each.rates,
      })),
    },
  ],
])('%s: a tariff that the message cannot say to the digit is not put into it', (reason, tariff) => {
  expect(standardMessage(tariff, from)).toMatchObject({ ok: false, reason })
})

test('four blocks fit, and prices to the last digit that two bytes hold', () => {
  expect(standardMessage(blocksOf(4), from)).toMatchObject({
    value: { thresholds: [[1, 2, 3], ...Array.from({ length: 7 }, () => [endless])] },
  })
  expect(standardMessage(priced(0.001, 32.767), from)).toMatchObject({ value: { priceScale: -5 } })
})
