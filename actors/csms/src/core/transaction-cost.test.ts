import { instant, toIso, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { costTariffOf, type CostConfig } from './cost-tariff.ts'
import { pricedMillisMax, totalCostOf, transactionCost } from './transaction-cost.ts'

type Event = Request<'TransactionEvent'>
type State = NonNullable<Event['transactionInfo']['chargingState']>
const minute = 60_000
const hour = 60 * minute

const config = (change: Partial<CostConfig['versions'][number]> = {}): CostConfig => ({
  currency: 'GBP',
  clock: 'Europe/London',
  updateSeconds: 300,
  versions: [
    {
      version: 1,
      validFrom: '2026-01-01T00:00:00Z',
      prices: [
        { from: '00:00', pencePerKilowattHour: 7 },
        { from: '05:30', pencePerKilowattHour: 28.5 },
        { from: '16:00', pencePerKilowattHour: 41.25 },
        { from: '19:00', pencePerKilowattHour: 28.5 },
      ],
      ...change,
    },
  ],
})
const tariff = costTariffOf(config())

/** Events with one reading each, in the order of their numbers. */
const eventsOf = (
  readings: readonly (readonly [at: number, wattHours: number, state?: State])[],
): Event[] =>
  readings.map(([at, wattHours, chargingState = 'Charging'], seqNo) => {
    const timestamp = toIso(instant(at))
    return {
      eventType: seqNo === 0 ? 'Started' : seqNo === readings.length - 1 ? 'Ended' : 'Updated',
      timestamp,
      triggerReason: 'MeterValuePeriodic',
      seqNo,
      transactionInfo: { transactionId: 'T-1', chargingState },
      meterValue: [{ timestamp, sampledValue: [{ value: wattHours }] }],
    }
  })
const pence = (of = tariff, events: Event[], until?: Instant): number | undefined => {
  const cost = transactionCost(of, events, until)
  return cost === undefined ? undefined : Math.round(totalCostOf(cost) * 100)
}

const start = Date.UTC(2026, 0, 5, 15)
/** A day of at most 40 readings that do not run back. */
const readings = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 * hour }), fc.integer({ min: 0, max: 20_000 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((steps) => {
    let [at, register] = [start, 1_000]
    return [[at, register] as const].concat(
      steps.map(([wait, more]) => [(at += wait), (register += more)] as const),
    )
  })

test('energy costs the price of its time, and a price that changes divides the interval', () => {
  const day = Date.UTC(2026, 0, 5)
  // 15:00 to 17:00 at a steady 6 kW: an hour at 28.5 and an hour at 41.25 pence.
  const events = eventsOf([
    [day + 15 * hour, 1_000],
    [day + 17 * hour, 13_000],
  ])
  expect(transactionCost(tariff, events)).toMatchObject({
    currency: 'GBP',
    version: 1,
    wattHours: 12_000,
    energy: 418_500_000_000n,
    fees: 0n,
  })
  expect(pence(tariff, events)).toBe(419)
})

test('in whichever order and however often events come, the cost is one', () => {
  fc.assert(
    fc.property(readings, fc.array(fc.nat()), fc.integer(), (all, again, seed) => {
      const events = eventsOf(all)
      const repeated = again.flatMap((at) => events[at % events.length] ?? [])
      const shuffled = [...repeated, ...events].sort(
        (a, b) => ((a.seqNo * 7919 + seed) % 31) - ((b.seqNo * 7919 + seed) % 31),
      )
      expect(transactionCost(tariff, shuffled)).toEqual(transactionCost(tariff, events))
    }),
    { numRuns: 60 },
  )
})

test('the parts of a transaction cost what the whole costs, and the running cost never falls', () => {
  fc.assert(
    fc.property(readings, (all) => {
      const events = eventsOf(all)
      let before = 0n
      for (const until of events.keys()) {
        const total = transactionCost(tariff, events.slice(0, until + 1))?.total ?? -1n
        const part = transactionCost(tariff, events.slice(Math.max(0, until - 1), until + 1))
        expect(total).toBe(before + (part?.total ?? 0n))
        before = total
      }
    }),
    { numRuns: 60 },
  )
})

const london = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
/** The price that a clock in London says, by the platform's own time zones. */
function priceByHand(at: number): bigint {
  const shown = london.format(at)
  if (shown < '05:30') return 7_000_000n
  return shown >= '16:00' && shown < '19:00' ? 41_250_000n : 28_500_000n
}

test.each([
  ['an ordinary day', Date.UTC(2026, 0, 5), 24],
  ['the day of 23 hours', Date.UTC(2026, 2, 29), 23],
  ['the day of 25 hours', Date.UTC(2026, 9, 24, 23), 25],
])('%s costs what a clock in London says, minute by minute', (_day, midnight, hours) => {
  const minutes = hours * 60
  const events = eventsOf([
    [midnight, 0],
    [midnight + minutes * minute, minutes * 100],
  ])
  let byHand = 0n
  for (let at = 0; at < minutes; at++) byHand += priceByHand(midnight + at * minute) * 100n
  expect(transactionCost(tariff, events)?.energy).toBe(byHand)
})

test('a car that has charged and takes nothing pays whole minutes; one that is held back does not', () => {
  const fees = costTariffOf(config({ sessionFeePence: 50, idleFeePencePerMinute: 10 }))
  const idleFor = (state: State) =>
    transactionCost(
      fees,
      eventsOf([
        [start, 1_000, 'EVConnected'],
        [start + hour, 1_000],
        [start + 2 * hour, 3_000, state],
        [start + 2 * hour + 10.9 * minute, 3_000, state],
      ]),
    )
  expect(idleFor('SuspendedEV')).toMatchObject({ idleMinutes: 10, fees: 150_000_000_000n })
  expect(idleFor('SuspendedEVSE')).toMatchObject({ idleMinutes: 0, fees: 50_000_000_000n })
})

test('what still runs is charged for being idle until now', () => {
  const fees = costTariffOf(config({ idleFeePencePerMinute: 10 }))
  const events = eventsOf([
    [start, 0],
    [start + minute, 0, 'SuspendedEV'],
  ])
  expect(pence(fees, events)).toBe(0)
  expect(pence(fees, events, instant(start + 6 * minute))).toBe(50)
})

test('where no energy was taken no session fee is due, and free is 0 (I03.FR.04)', () => {
  const fees = costTariffOf(config({ sessionFeePence: 50 }))
  const nothing = eventsOf([
    [start, 1_000],
    [start + hour, 1_000],
  ])
  expect(pence(fees, nothing)).toBe(0)
})

test('a transaction keeps the version of the tariff with which it started (I06)', () => {
  const [first] = config().versions
  const dear = [{ from: '00:00', pencePerKilowattHour: 100 }]
  const later = { version: 2, validFrom: toIso(instant(start + hour)), prices: dear }
  const both = costTariffOf({ ...config(), versions: [later, ...(first ? [first] : [])] })
  const takes = (at: number) =>
    transactionCost(
      both,
      eventsOf([
        [at, 0],
        [at + 30 * minute, 1_000],
      ]),
    )
  expect(takes(start + 45 * minute)?.version).toBe(1)
  expect(takes(start + 60 * minute)).toMatchObject({ version: 2, energy: 100_000_000_000n })
})

test('nothing is made up: without a reading, before any tariff, and for ever there is no cost', () => {
  const unmetered = eventsOf([[start, 0]]).map((event) => ({ ...event, meterValue: [] }))
  expect(transactionCost(tariff, unmetered)).toBeUndefined()
  const early = Date.UTC(2025, 11, 31)
  expect(transactionCost(tariff, eventsOf([[early, 0]]))).toBeUndefined()
  const endless = eventsOf([
    [start, 0],
    [start + pricedMillisMax + 1, 1_000],
  ])
  expect(transactionCost(tariff, endless)).toBeUndefined()
})

test('a register that runs back counts nothing until it is past where it was', () => {
  const events = eventsOf([
    [start, 1_000],
    [start + 10 * minute, 3_000],
    [start + 20 * minute, 500],
    [start + 30 * minute, 4_000],
  ])
  expect(transactionCost(tariff, events)?.wattHours).toBe(3_000)
})

test.each([
  [{ prices: [{ from: '01:00', pencePerKilowattHour: 7 }] }, /version 1/],
  [{ prices: [{ from: '00:00', pencePerKilowattHour: 0.1234567 }] }, /version 1/],
  [{ validFrom: 'the first of January' }, /validFrom/],
  [{ sessionFeePence: 0.1234567 }, /six decimals/],
])('the tariff %j is refused by name', (change, words) => {
  expect(() => costTariffOf(config(change))).toThrow(words)
})
