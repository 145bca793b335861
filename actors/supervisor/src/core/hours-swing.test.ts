import { nationalBudget } from '@interlock/contract'
import { inHours, instant, plus, type Instant } from '@interlock/kernel'
import { emptyLedger, reserve } from '@interlock/ledger'
import { soldHours, type QuietHours } from '@interlock/power'
import { expect, test } from 'vitest'
import { device, eui, rating } from './device.fixture.ts'
import type { Device } from './device.ts'
import { hoursSwings } from './hours-swing.ts'
import { swingsOf, type Standing } from './swing.ts'

/** A Tuesday's midnight. */
const from = instant(Date.UTC(2026, 0, 6))
const hour = (n: number): Instant => plus(from, inHours(n))
const everyDay = [0, 1, 2, 3, 4, 5, 6]
const row = (fromHour: number, untilHour: number): QuietHours => ({
  weekdays: everyDay,
  fromHour,
  untilHour,
})
const swings = (quiet: readonly QuietHours[], standing: readonly Standing[] = []) =>
  hoursSwings({ before: soldHours, quiet, from }, device, standing).map((each) => [
    (each.from - from) / 3_600_000,
    each.swingWatts,
  ])
const schedule = (begin: number, end: number): Standing => ({
  evse: 1,
  slot: '1/TxDefaultProfile/0',
  schedule: {
    from: hour(begin),
    until: hour(end),
    periods: [{ from: hour(begin), limitWatts: 0 }],
  },
})

test('to take the hours away moves nothing at any moment', () => {
  expect(swings([])).toEqual([])
})

test('an edge that the hours before do not have is charged on each day of the first week', () => {
  // It still begins at four in the afternoon on weekdays, with all the others, and ends at eight.
  const own = swings([row(16, 20)])
  expect(own).toHaveLength(9)
  expect(own.slice(0, 2)).toEqual([
    [20, rating],
    [44, rating],
  ])
  // From Saturday on there are no default hours to share the beginning with.
  expect(own.map(([at]) => at)).toContain(4 * 24 + 16)
})

test('where both differ at the change itself, that is charged too', () => {
  expect(swings([row(0, 7)]).slice(0, 2)).toEqual([
    [0, rating],
    [7, rating],
  ])
})

test('a schedule that stands and ends where the new hours let charge is charged for the rest', () => {
  // Until half past five it holds the charger at nothing; the default hours would have gone on.
  const [evening, night] = [schedule(17, 18), schedule(23, 24)]
  expect(swings([], [evening])).toEqual([
    [17, rating],
    [18, rating],
  ])
  expect(swings([], [night])).toEqual([])
  expect(swings([], [schedule(-8, -7)])).toEqual([])
})

const asked = {
  effect: { from: hour(12), until: hour(12.5) },
  target: { station: eui, evse: 1 },
  movesLoad: true,
}
const evening = {
  kind: 'profile',
  evse: 1,
  id: 1,
  stackLevel: 0,
  purpose: 'TxDefaultProfile',
  from: hour(17),
  until: hour(18),
  periods: [{ from: hour(17), limitWatts: 0 }],
} as const
const charged = (hours: Device['hours']) =>
  swingsOf(evening, asked, { ...device, hours }, [])
    .filter(({ from: at }) => at >= hour(17))
    .map(({ from: at, swingWatts }) => [(at - from) / 3_600_000, swingWatts])

test('attack: a schedule that ends within the default hours of a home without them is charged in full', () => {
  const none = { quiet: [] }
  // By the hours that the charger was sold with, nothing would follow on it, whatever its owner chose.
  expect(charged([soldHours])).toEqual([])
  expect(charged([none])).toEqual([[18, rating]])
  // Whether the charger has heard the acknowledgement is not known: the larger counts.
  const next = { quiet: [], from: hour(0) }
  expect(charged([soldHours, { quiet: soldHours.quiet, next }])).toEqual([[18, rating]])
  expect(charged([{ quiet: soldHours.quiet, next }])).toEqual([[18, rating]])
  const later = { quiet: [], from: hour(24) }
  expect(charged([{ quiet: soldHours.quiet, next: later }])).toEqual([])
})

test('attack: a CSMS ends the schedules of a whole street at one moment, within the default hours that it has not', () => {
  const budget = { ...nationalBudget, organisationWatts: 22_080 }
  const home: Device = { ...device, ratingWatts: 7_360 }
  const effect = { from: hour(16.5), until: hour(17) }
  const stepWatts = (hours: Device['hours']): number => {
    let ledger = emptyLedger
    let moved = 0
    for (let street = 1; street <= 12; street += 1) {
      const edges = swingsOf(evening, { ...asked, effect }, { ...home, hours }, [])
      const charge = { organisation: eui, region: home.region, kind: 'command', edges } as const
      const granted = reserve(ledger, { id: `command-${street}`, ...charge }, budget, from)
      if (granted.ok) moved += home.ratingWatts
      if (granted.ok) ledger = granted.value
    }
    return moved
  }
  // At six each home that was granted goes from nothing to its rating.
  expect(stepWatts([{ quiet: [] }])).toBe(22_080)
  // Charged by the hours it was sold with, the whole street would have moved for nothing.
  expect(stepWatts([soldHours])).toBe(12 * 7_360)
})

test('clearing brings back each edge of whichever hours the charger may follow', () => {
  const own = { quiet: [row(13, 14)] }
  const edges = swingsOf(
    { kind: 'clear', evse: 1 } as never,
    asked,
    { ...device, hours: [soldHours, own] },
    [schedule(12, 17)],
  )
  expect(edges.slice(1).map(({ from: at }) => (at - from) / 3_600_000)).toEqual([13, 14, 16])
})
