import type { Command } from '@interlock/gbcs'
import { eui64, inMinutes, instant, plus, toIso, utf8 } from '@interlock/kernel'
import { tariffBytes, type VersionDocument } from '@interlock/tariff'
import { expect, test } from 'vitest'
import { judgeAnomaly } from './anomaly.ts'
import { measuresOf } from './measures.ts'
import type { AttributeLimit } from './thresholds.ts'

const start = instant(Date.UTC(2026, 0, 5, 18))
const originator = eui64('02-00-00-00-00-00-00-01')
const id = { originator, target: eui64('02-00-00-00-00-00-00-02'), counter: 1n }
const version = 7

const isHeld = (command: Command, limit: Omit<AttributeLimit, 'service'>): boolean =>
  judgeAnomaly(
    new Map(),
    { user: { organisation: originator, role: 'supplier' }, service: '1.1.1', command },
    {
      own: [],
      company: { eachUser: [], allUsers: [], attributes: [{ service: '*', ...limit }] },
    },
    start,
  ).breach === 'ADAttributeLimitsBreach'

const day = (month: number, date: number) => ({ year: 'any' as const, month, day: date })
const calendar = (levelPercent: number): Command => ({
  useCase: 'ECS46d',
  ...id,
  entries: [0, levelPercent].map((level) => ({
    controller: 1,
    direction: 'import',
    levelPercent: level,
    atSeconds: 0,
    weekdays: [1],
    specialDays: [],
    from: day(1, 1),
    until: day(12, 31),
  })),
  specialDays: [],
  execution: 'atOnce',
})
const load = (useCase: 'ECS47a' | 'ECS47e' | 'ActivateLoad' | 'DeactivateLoad') => ({
  named: useCase,
  of: (levelPercent: number): Command => ({
    useCase,
    ...id,
    controller: 1,
    direction: 'import',
    levelPercent,
    from: start,
    until: plus(start, inMinutes(30)),
  }),
})

test.each([
  ...(['ECS47a', 'ECS47e', 'ActivateLoad', 'DeactivateLoad'] as const).map(load),
  { named: 'ECS46d', of: calendar },
])('no level is beyond its limit by way of $named', ({ of }) => {
  const limit = { attribute: 'levelPercent', most: 50 } as const
  expect(isHeld(of(50), limit)).toBe(false)
  expect(isHeld(of(51), limit)).toBe(true)
})

const halfHourly = (pence: number): Command => ({
  useCase: 'UpdateHalfHourlyTariff',
  ...id,
  version,
  from: start,
  prices: [5_000, pence * 1_000],
})
const document = (rates: Partial<VersionDocument>, standing = 0): Command => ({
  useCase: 'UpdateTariffDocument',
  ...id,
  version,
  document: tariffBytes({
    tariff: 'a tariff',
    clock: 'UTC',
    versions: [
      {
        version,
        validFrom: toIso(start),
        standingChargePencePerDay: standing,
        ...rates,
      },
    ],
  }),
})
const halfHours = (pence: number, standing?: number): Command =>
  document({ halfHourlyPencePerKilowattHour: [5, pence] }, standing)
/** The price of what one register counts beyond its first block. */
const blocks = (pence: number): Command =>
  document({
    validUntil: toIso(plus(start, inMinutes(60))),
    timeOfUse: {
      registers: [
        {
          register: 1,
          name: 'all',
          blocks: [{ pencePerKilowattHour: 5, upToWattHours: 1 }, { pencePerKilowattHour: pence }],
        },
      ],
      days: [{ day: 1, switches: [{ at: '00:00', register: 1 }] }],
      weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
      seasons: [{ name: 'all', from: '01-01', week: 1 }],
      blockPeriod: 'day',
    },
  })
const standardTariff = (
  prices: readonly number[],
  priceScale: number,
  standingCharge = 0,
): Command => ({
  useCase: 'ECS01a',
  ...id,
  seasons: [{ name: 'all', start: day(1, 1), week: 1 }],
  weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
  days: [{ name: 1, switches: [{ atSeconds: 0, register: 1 }] }],
  specialDays: [],
  thresholds: [],
  standingCharge,
  standingChargeScale: -2,
  prices,
  priceScale,
  execution: 'atOnce',
})

test.each([
  { named: 'half-hours', of: halfHourly },
  { named: 'a document of half-hours', of: halfHours },
  { named: 'a block in a document', of: blocks },
  { named: 'the tariff of the standard', of: (p: number) => standardTariff([5, p], -2) },
  { named: 'the same, finer', of: (p: number) => standardTariff([5, p * 100], -4) },
])('no price is beyond its limit by way of $named', ({ of }) => {
  const limit = { attribute: 'pricePence', least: -20, most: 100 } as const
  for (const pence of [100, -20]) expect(isHeld(of(pence), limit)).toBe(false)
  for (const pence of [101, -21, 200]) expect(isHeld(of(pence), limit)).toBe(true)
})

test('no standing charge is beyond its limit, and it is no price of energy', () => {
  const limit = { attribute: 'standingChargePence', most: 60 } as const
  for (const of of [
    (pence: number) => halfHours(5, pence),
    (pence: number) => standardTariff([5], -2, pence),
  ]) {
    expect(isHeld(of(60), limit)).toBe(false)
    expect(isHeld(of(61), limit)).toBe(true)
    expect(isHeld(of(61), { attribute: 'pricePence', most: 60 })).toBe(false)
  }
})

test('prices of the standard are what their digits say, also where whole pounds are their unit', () => {
  expect(measuresOf(standardTariff([3], -3)).pricePence).toEqual([0.3])
  expect(measuresOf(standardTariff([3], 1)).pricePence).toEqual([3_000])
})

test.each([utf8('{}'), utf8('not a document'), Uint8Array.of(0)])(
  'a document that cannot be measured is within no limit of prices: %o',
  (bytes) => {
    const unread = { useCase: 'UpdateTariffDocument', ...id, version, document: bytes } as const
    for (const attribute of ['pricePence', 'standingChargePence'] as const) {
      expect(isHeld(unread, { attribute, most: 1_000_000 })).toBe(true)
      expect(isHeld(unread, { attribute, least: -1_000_000 })).toBe(true)
    }
    expect(isHeld(unread, { attribute: 'levelPercent', most: 0 })).toBe(false)
  },
)
