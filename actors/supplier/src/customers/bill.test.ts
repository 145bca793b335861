import { inHours, instant, toIso } from '@interlock/kernel'
import { billDocument, type TariffDocument } from '@interlock/tariff'
import { memoryJournal } from '@interlock/topics/topics.fixture'
import { expect, test } from 'vitest'
import { billPeriodOf, customerBill } from './bill.ts'
import { openPublishedTariffs } from './published-tariffs.ts'

const halfHour = 1_800_000
const midnight = Date.UTC(2026, 0, 6)
const at = (count: number) => instant(midnight + count * halfHour)
const period = (from: number, until: number) => ({ from: at(from), until: at(until) })
const pricesFrom = (first: number, pence: readonly number[]) =>
  pence.map((pencePerKilowattHour, i) => ({ from: at(first + i), pencePerKilowattHour }))
const used = (first: number, wattHours: readonly number[]) =>
  wattHours.map((each, i) => ({ from: at(first + i), wattHours: each }))

/** A day in one register and a standing charge of a penny. */
const documentOf = (clock: TariffDocument['clock'], pencePerKilowattHour: number) =>
  ({
    tariff: `flat by ${clock}`,
    clock,
    versions: [
      {
        version: 0,
        validFrom: toIso(at(0)),
        validUntil: toIso(at(480)),
        standingChargePencePerDay: 1,
        timeOfUse: {
          registers: [{ register: 1, name: 'all day', blocks: [{ pencePerKilowattHour }] }],
          days: [{ day: 1, switches: [{ at: '00:00', register: 1 }] }],
          weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
          seasons: [{ name: 'all year', from: '01-01', week: 1 }],
        },
      },
    ],
  }) satisfies TariffDocument

function publishing(journal = memoryJournal()) {
  const world = { now: at(0) }
  const open = () => openPublishedTariffs(journal, { days: 2, clock: { now: () => world.now } })
  return { world, journal, open }
}

test('what was used is billed by what was in force then, after a restart too', () => {
  const { open } = publishing()
  const tariffs = open()
  tariffs.keep(pricesFrom(0, [10, 20, 30, 40]), 1)
  // The third half-hour becomes dearer; told at half past midnight for what is then to come.
  tariffs.keep(pricesFrom(0, [99, 99, 35, 40]), 2, at(2))
  for (const each of [tariffs, open()]) {
    const billed = customerBill(each.all, used(0, [1_000, 1_000, 1_000]), period(0, 4))
    if (!billed.ok) throw new Error(billed.reason)
    expect(billed.value).toMatchObject({ tariff: 'half-hourly', missing: 1 })
    expect(billDocument(billed.value.bill)).toMatchObject({
      wattHours: 3_000,
      pence: 10 + 20 + 35,
      standing: { exactPence: '0' },
      lines: [
        { version: 1, wattHours: 2_000 },
        { version: 2, wattHours: 1_000 },
      ],
    })
  }
})

test('a document is billed with its standing charge, from when it was sent', () => {
  const { open } = publishing()
  const tariffs = open()
  tariffs.keep(pricesFrom(0, [10, 10]), 1)
  tariffs.keep(documentOf('Europe/London', 30), 2, at(1))
  const billed = customerBill(tariffs.all, used(0, [1_000, 1_000.4]), period(0, 2))
  if (!billed.ok) throw new Error(billed.reason)
  expect(billDocument(billed.value.bill)).toMatchObject({ pence: 40, standing: { days: 1 } })
  const later = customerBill(tariffs.all, used(2, [2_000]), period(2, 3))
  expect(later.ok && billDocument(later.value.bill).pence).toBe(61)
})

test('nothing used, no price, and tariffs of two clocks are refused by name', () => {
  const { open } = publishing()
  const tariffs = open()
  expect(customerBill(tariffs.all, used(0, [1]), period(0, 1))).toMatchObject({
    reason: 'PriceUnknown',
  })
  tariffs.keep(documentOf('UTC', 30), 1)
  tariffs.keep(documentOf('Europe/London', 30), 2, at(1))
  const all = used(0, [1, 1])
  expect(customerBill(tariffs.all, all, period(4, 8))).toMatchObject({ reason: 'UsageUnknown' })
  expect(customerBill(tariffs.all, used(-1, [1]), period(-1, 0))).toMatchObject({
    reason: 'PriceUnknown',
    detail: toIso(at(-1)),
  })
  expect(customerBill(tariffs.all, all, period(0, 2))).toMatchObject({ reason: 'ClocksDiffer' })
  // Each apart has its price.
  for (const [from, until] of [
    [0, 1],
    [1, 2],
  ] as const)
    expect(customerBill(tariffs.all, all, period(from, until)).ok).toBe(true)
})

test('prices that ended before what is kept go, so that the file does not grow for ever', () => {
  const journal = memoryJournal(4)
  const { world, open } = publishing(journal)
  const tariffs = open()
  for (let day = 0; day < 20; day++) {
    world.now = at(day * 48)
    tariffs.keep(pricesFrom(day * 48, [day]), day + 1)
  }
  const versions = () => tariffs.all.flatMap((each) => each.versions.map(({ version }) => version))
  expect(versions()).toEqual([18, 19, 20])
  expect(journal.entries().length).toBeLessThan(8)
})

test.each([
  ['no beginning', undefined, toIso(at(2))],
  ['no time', '2026-01-06', toIso(at(2))],
  ['between half-hours', toIso(instant(at(0) + 1)), toIso(at(2))],
  ['backwards', toIso(at(2)), toIso(at(2))],
  ['too long', toIso(at(0)), toIso(instant(at(1) + inHours(62 * 24)))],
])('a period that is %s is none', (_what, from, until) => {
  expect(billPeriodOf(from, until)).toBeUndefined()
  expect(billPeriodOf(toIso(at(0)), toIso(at(1)))).toEqual(period(0, 1))
})
