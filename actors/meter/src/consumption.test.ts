import { encodePreCommand, signPreCommand, type CommandOf } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant, seeded, toIso } from '@interlock/kernel'
import { tariffSaid, type TariffCommand } from '@interlock/seal'
import {
  consumptionBytes,
  consumptionsMax,
  priceUsage,
  readConsumption,
  type UsageInterval,
} from '@interlock/tariff'
import { expect, test } from 'vitest'
import {
  consume,
  consumptionEntry,
  consumptionIn,
  withConsumption,
  type Consumption,
} from './consumption.ts'
import { openTariffMemory } from './tariff-memory.ts'

const originator = eui64('02-00-00-00-00-00-00-06')
const target = eui64('02-00-00-03-00-00-00-01')
const start = Date.UTC(2026, 2, 1)
const halfHour = 1_800_000

/** Night, day with blocks, and weekends; in summer weekends are as weekdays. */
const standard: CommandOf<'ECS01a'> = {
  useCase: 'ECS01a',
  originator,
  target,
  counter: 10n,
  seasons: [
    { name: 'winter', start: { year: 'any', month: 10, day: 25 }, week: 1 },
    { name: 'summer', start: { year: 'any', month: 3, day: 29 }, week: 2 },
  ],
  weeks: [
    { name: 1, days: [1, 1, 1, 1, 1, 2, 2] },
    { name: 2, days: [1, 1, 1, 1, 1, 1, 1] },
  ],
  days: [
    {
      name: 1,
      switches: [
        { atSeconds: 5 * 3_600 + 600, register: 101 },
        { atSeconds: 23 * 3_600, register: 1 },
      ],
    },
    { name: 2, switches: [{ atSeconds: 0, register: 48 }] },
  ],
  specialDays: [{ date: { year: 2026, month: 5, day: 1 }, day: 2 }],
  thresholds: Array.from({ length: 8 }, () => [0xffff_ffff]).with(0, [200_000, 400_000]),
  standingCharge: 4_785,
  standingChargeScale: -4,
  prices: Array.from({ length: 80 }, () => 0)
    .with(0, 705)
    .with(47, 1_230)
    .with(48, 2_439)
    .with(56, 2_700)
    .with(64, 3_102),
  priceScale: -4,
  execution: 'atOnce',
}
const halfHourly: TariffCommand = {
  useCase: 'UpdateHalfHourlyTariff',
  originator,
  target,
  counter: 11n,
  version: 1,
  from: instant(start),
  prices: [1_000, -2_000],
}
const interval = (index: number, wattHours: number): UsageInterval => ({
  from: instant(start + index * halfHour),
  until: instant(start + (index + 1) * halfHour),
  wattHours,
})
const counted = (before: Consumption | undefined, of: TariffCommand, usage: UsageInterval) => {
  const now = consume(before, of, usage)
  if (!now.ok) throw new Error(now.reason)
  return now.value
}

test('what is counted half-hour by half-hour, over restarts, is what all of it is priced at', () => {
  const random = seeded('a meter')
  const usage = Array.from({ length: 65 * 48 }, (_, index) => interval(index, random.below(1_500)))
  let meter: Consumption | undefined
  for (const [index, each] of usage.entries()) {
    meter = counted(meter, standard, each)
    if (index % 997 === 0) meter = consumptionIn(structuredClone(consumptionEntry(meter)))
  }
  const said = tariffSaid(standard)
  const bill = said.ok ? priceUsage(said.value, usage) : said
  if (!bill.ok) throw new Error(bill.reason)
  expect(meter?.lines).toEqual(bill.value.lines)
  expect(
    meter?.lines.map(({ register, block }) => `${register} ${block ?? ''}`).toSorted(),
  ).toEqual(['1 ', '101 1', '101 2', '101 3', '48 '])
})

test('with another tariff registers and blocks begin anew', () => {
  const first = counted(undefined, standard, interval(0, 300))
  const second = counted(first, halfHourly, interval(1, 1_000))
  expect(second.lines.map(({ name, wattHours, cost }) => [name, wattHours, cost])).toEqual([
    ['half-hourly', 1_000, -2_000_000_000n],
  ])
  expect(second.counter).toBe(11n)
})

test.each<[string, TariffCommand | undefined, UsageInterval]>([
  ['PriceUnknown', undefined, interval(5, 1)],
  ['PriceUnknown', halfHourly, interval(5, 1)],
  ['PriceUnknown', { ...standard, execution: 'never' }, interval(5, 1)],
  ['UsageOverlaps', standard, interval(3, 1)],
  ['UsageEnergyInvalid', standard, interval(5, -1)],
  ['UsageReversed', standard, { ...interval(5, 1), until: instant(start) }],
])('%s: it is not counted', (reason, tariff, usage) => {
  const before = counted(undefined, standard, interval(4, 1))
  expect(consume(before, tariff, usage)).toMatchObject({ ok: false, reason })
})

test('what was counted under the tariffs before is kept beside it, and said within the bytes of a message', () => {
  let kept: readonly Consumption[] = []
  for (let number = 0; number < consumptionsMax + 3; number++) {
    const tariff = { ...standard, counter: BigInt(10 + number) }
    for (const part of [0, 1])
      kept = withConsumption(
        kept,
        consumptionEntry(counted(kept[0], tariff, interval(2 * number + part, 100))),
      )
  }
  expect(kept).toHaveLength(consumptionsMax)
  expect(kept[0]).toMatchObject({ counter: BigInt(10 + consumptionsMax + 2) })
  const read = readConsumption(consumptionBytes(kept, 7_680))
  if (!read.ok) throw new Error(read.reason)
  const { consumptions } = read.value
  expect(consumptions).toHaveLength(consumptionsMax)
  expect(consumptions[0]).toEqual({
    counter: `${10 + consumptionsMax + 2}`,
    until: toIso(instant(start + 2 * (consumptionsMax + 3) * halfHour)),
    lines: [{ version: 0, register: 48, wattHours: 200, exactPence: '2.46' }],
  })
  // The oldest are left out where they do not fit.
  const short = readConsumption(consumptionBytes(kept, 300))
  expect(short.ok && short.value.consumptions).toEqual(consumptions.slice(0, 2))
  expect(readConsumption(Uint8Array.of(1))).toMatchObject({ reason: 'ConsumptionUnreadable' })
})

test('a meter keeps what it counted over a restart, and counts nothing twice', () => {
  const kept: unknown[] = []
  const journal = {
    entries: () => kept,
    append: (entry: unknown) => void kept.push(structuredClone(entry)),
    isLong: true,
    rewrite: (entries: readonly unknown[]) => void kept.splice(0, kept.length, ...entries),
    close: () => {},
  }
  const first = openTariffMemory(journal, () => {})
  expect(first.consume(interval(0, 1))).toMatchObject({ reason: 'PriceUnknown' })
  const signed = signPreCommand(encodePreCommand(standard), crypto.generateKey().key, crypto)
  first.install(signed, instant(start))
  expect(first.consume(interval(0, 500)).ok).toBe(true)
  const second = openTariffMemory(journal, () => {})
  expect(second.consumption()).toEqual(first.consumption())
  expect(second.consume(interval(0, 500))).toMatchObject({ reason: 'UsageOverlaps' })
  expect(second.consume(interval(1, 250)).ok).toBe(true)
  expect(second.consumption()?.lines).toMatchObject([{ register: 48, wattHours: 750 }])
})
