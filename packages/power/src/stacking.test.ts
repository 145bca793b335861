import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inHours, inSeconds, instant, plus, toIso, type Instant } from '@interlock/kernel'
import type { ChargingProfile } from './charging-profile.ts'
import { asPeriods, limitOf, limitsWithin, nextChange, type Stack } from './stacking.ts'

const start = instant(Date.UTC(2026, 0, 5))
const at = (seconds: number): Instant => plus(start, inSeconds(seconds))
type Change = Partial<Omit<ChargingProfile, 'chargingSchedule'>> & {
  readonly from?: Instant
  readonly duration?: number
  readonly unit?: 'W' | 'A'
  readonly periods?: ChargingProfile['chargingSchedule'][number]['chargingSchedulePeriod']
}

let ids = 0
function profile(change: Change = {}): ChargingProfile {
  const { from, duration, unit, periods, ...rest } = change
  const kind = rest.chargingProfileKind ?? 'Absolute'
  ids += 1
  return {
    id: ids,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: kind,
    ...rest,
    chargingSchedule: [
      {
        id: 1,
        ...(kind === 'Relative' ? {} : { startSchedule: toIso(from ?? start) }),
        ...(duration === undefined ? {} : { duration }),
        chargingRateUnit: unit ?? 'A',
        chargingSchedulePeriod: periods ?? [{ startPeriod: 0, limit: 6 }],
      },
    ],
  }
}
const stack = (
  profiles: readonly (ChargingProfile | { profile: ChargingProfile; evse: number })[],
) =>
  ({
    held: profiles.map((each) => ('profile' in each ? each : { profile: each, evse: 1 })),
    evse: 1,
    transactionId: 'tx',
    anchor: start,
    volts: 230,
    phases: 3,
    fallbackWatts: 22_080,
  }) satisfies Stack

const periods = (given: Stack, seconds: number) =>
  asPeriods(limitsWithin(given, start, at(seconds), 100), 'A').map(({ startPeriod, limit }) => [
    startPeriod,
    limit,
  ])

test('without a profile the rating holds, in either unit (K08)', () => {
  const whole = limitsWithin(stack([]), start, at(300), 100)
  expect(asPeriods(whole, 'W')).toEqual([{ startPeriod: 0, limit: 22_080 }])
  expect(asPeriods(whole, 'A')).toEqual([{ startPeriod: 0, limit: 32 }])
})

test('of what begins within one second the last stands, so that no two periods start together', () => {
  const soon = instant(start + 300)
  const later = instant(start + 700)
  const given = stack([
    profile({ from: soon, duration: 60 }),
    profile({
      stackLevel: 1,
      from: later,
      duration: 1,
      periods: [{ startPeriod: 0, limit: 9 }],
    }),
  ])
  expect(periods(given, 100)).toEqual([
    [0, 9],
    [1, 6],
    [60, 32],
  ])
})

test('a higher stack level holds while it speaks, the lower one after it (K01.FR.12, K01.FR.17)', () => {
  const low = profile({
    duration: 300,
    periods: [
      { startPeriod: 0, limit: 7 },
      { startPeriod: 150, limit: 8 },
    ],
  })
  const high = profile({ stackLevel: 1, duration: 100 })
  expect(periods(stack([low, high]), 400)).toEqual([
    [0, 6],
    [100, 7],
    [150, 8],
    [300, 32],
  ])
})

test('a TxProfile takes the place of a default, and the station caps both (K02.FR.04, K02.FR.08, K08.FR.04)', () => {
  const fallback = profile({ duration: 400 })
  const own = profile({
    chargingProfilePurpose: 'TxProfile',
    transactionId: 'tx',
    duration: 200,
    periods: [{ startPeriod: 0, limit: 20 }],
  })
  const cap = {
    profile: profile({
      chargingProfilePurpose: 'ChargingStationMaxProfile',
      from: at(100),
      duration: 400,
      periods: [{ startPeriod: 0, limit: 10 }],
    }),
    evse: 0,
  }
  expect(periods(stack([fallback, own, cap]), 600)).toEqual([
    [0, 20],
    [100, 10],
    [200, 6],
    [400, 10],
    [500, 32],
  ])
})

test('a TxProfile of another transaction says nothing', () => {
  const other = profile({ chargingProfilePurpose: 'TxProfile', transactionId: 'other' })
  expect(periods(stack([other]), 10)).toEqual([[0, 32]])
})

test('an outside limit caps everything (K11, SC.01)', () => {
  const outside = {
    profile: profile({
      chargingProfilePurpose: 'ChargingStationExternalConstraints',
      unit: 'W',
      periods: [{ startPeriod: 0, limit: 3_000 }],
    }),
    evse: 0,
  }
  expect(limitOf(stack([outside]), start).limit.watts).toBe(3_000)
})

test('validFrom and validTo bound a profile, its schedule notwithstanding (K01.FR.36, K01.FR.37)', () => {
  const bounded = profile({ validFrom: toIso(at(50)), validTo: toIso(at(150)) })
  expect(periods(stack([bounded]), 300)).toEqual([
    [0, 32],
    [50, 6],
    [150, 32],
  ])
})

test('a daily recurrence begins again every day and is silent before its first (K01.FR.13, K01.FR.30)', () => {
  const daily = profile({
    chargingProfileKind: 'Recurring',
    recurrencyKind: 'Daily',
    from: plus(start, inHours(2)),
    duration: 3_600,
  })
  const found = limitsWithin(stack([daily]), start, plus(start, inHours(72)), 100)
  expect(
    found.filter(({ limit }) => limit.amps === 6).map(({ from }) => (from - start) / 3_600_000),
  ).toEqual([2, 26, 50])
})

test('a weekly recurrence without duration fills its week', () => {
  const weekly = profile({ chargingProfileKind: 'Recurring', recurrencyKind: 'Weekly' })
  expect(limitsWithin(stack([weekly]), start, plus(start, inHours(24 * 15)), 100)).toHaveLength(1)
})

test('a relative profile begins with its transaction', () => {
  const relative = profile({ chargingProfileKind: 'Relative', duration: 100 })
  const given = { ...stack([relative]), anchor: at(20) }
  expect(limitsWithin(given, start, at(200), 9).map(({ from }) => (from - start) / 1000)).toEqual([
    0, 20, 120,
  ])
})

test('fewer phases make fewer watts of the same current (K01.FR.51)', () => {
  const one = profile({ periods: [{ startPeriod: 0, limit: 10, numberPhases: 1 }] })
  expect(limitOf(stack([one]), start).limit).toEqual({ watts: 2_300, amps: 10, numberPhases: 1 })
  const single = {
    ...stack([profile({ unit: 'W', periods: [{ startPeriod: 0, limit: 2_300 }] })]),
    phases: 1,
  }
  expect(limitOf(single, start).limit.amps).toBe(10)
})

const anyProfile = fc
  .record({
    purpose: fc.constantFrom('TxDefaultProfile', 'TxProfile', 'ChargingStationMaxProfile' as const),
    stackLevel: fc.nat(3),
    from: fc.integer({ min: -600, max: 600 }),
    duration: fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined }),
    kind: fc.constantFrom('Absolute', 'Recurring', 'Relative' as const),
    steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 32 })), {
      maxLength: 4,
    }),
    validTo: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
  })
  .map(({ purpose, stackLevel, from, duration, kind, steps, validTo }) => {
    let offset = 0
    const later = steps.map(([gap, limit]) => ({ startPeriod: (offset += gap), limit }))
    return profile({
      chargingProfilePurpose: purpose,
      stackLevel,
      from: at(from),
      ...(duration === undefined ? {} : { duration }),
      chargingProfileKind: kind,
      ...(kind === 'Recurring' ? { recurrencyKind: 'Daily' as const } : {}),
      ...(purpose === 'TxProfile' ? { transactionId: 'tx' } : {}),
      ...(validTo === undefined ? {} : { validTo: toIso(at(validTo)) }),
      periods: [{ startPeriod: 0, limit: 16 }, ...later],
    })
  })

test('a composite schedule says at every second what the profiles say at that second', () => {
  fc.assert(
    fc.property(fc.array(anyProfile, { maxLength: 6 }), fc.nat(900), (profiles, second) => {
      const given = stack(profiles)
      const whole = limitsWithin(given, start, at(901), 1_000)
      const here = whole.find(({ from, until }) => from <= at(second) && at(second) < until)
      expect(here?.limit.watts).toBe(limitOf(given, at(second)).limit.watts)
    }),
  )
})

test('a composite schedule begins at once, ascends, and has no two neighbours alike', () => {
  fc.assert(
    fc.property(fc.array(anyProfile, { maxLength: 6 }), (profiles) => {
      const whole = limitsWithin(stack(profiles), start, at(900), 1_000)
      expect(whole[0]?.from).toBe(start)
      expect(whole.at(-1)?.until).toBe(at(900))
      for (const [index, each] of whole.entries()) {
        const next = whole[index + 1]
        if (next === undefined) continue
        expect(next.from).toBe(each.until)
        expect(next.limit).not.toEqual(each.limit)
      }
    }),
  )
})

test('nothing changes before the next change, and something does at it', () => {
  fc.assert(
    fc.property(fc.array(anyProfile, { maxLength: 5 }), fc.nat(900), (profiles, second) => {
      const given = stack(profiles)
      const here = limitOf(given, at(second)).limit.watts
      const change = nextChange(given, at(second), inHours(24), 1_000)
      const until = change ?? at(second + 3_600)
      for (let look: number = at(second); look < Math.min(until, at(second + 1_200)); look += 1_000)
        expect(limitOf(given, instant(look)).limit.watts).toBe(here)
      if (change !== undefined) expect(limitOf(given, change).limit.watts).not.toBe(here)
    }),
    { numRuns: 40 },
  )
})

test('a schedule of more pieces than asked for is cut short', () => {
  const many = profile({
    periods: Array.from({ length: 20 }, (_, index) => ({
      startPeriod: index * 10,
      limit: 6 + (index % 2),
    })),
  })
  expect(limitsWithin(stack([many]), start, at(300), 5)).toHaveLength(5)
})
