import { fallbackLimitVariable } from '@interlock/contract'
import type { ProfileSetting } from '@interlock/gate'
import { inHours, inSeconds, instant, plus, type Instant } from '@interlock/kernel'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { device, eui, rating } from './device.fixture.ts'
import { scheduleOf, slotOf, swingsOf, type Standing } from './swing.ts'

/** A Saturday: the fallback is the rating all day. */
const start = instant(Date.parse('2026-01-03T00:00:00Z'))
const hour = (n: number): Instant => plus(start, inHours(n))
const window = { from: start, until: plus(start, inSeconds(1_800)) }
const asked = { effect: window, target: { station: eui, evse: 1 }, movesLoad: true }
const profile = (
  from: number,
  levels: readonly number[],
  purpose = 'TxDefaultProfile',
): ProfileSetting => ({
  kind: 'profile',
  evse: 1,
  id: 1,
  stackLevel: 0,
  purpose,
  from: hour(from),
  until: hour(from + levels.length),
  periods: levels.map((limitWatts, i) => ({ from: hour(from + i), limitWatts })),
})
const startingAt = (from: Instant): ProfileSetting => ({
  ...profile(0, [3_000]),
  from,
  periods: [{ from, limitWatts: 3_000 }],
})
const standingOf = (setting: ProfileSetting): Standing => ({
  evse: 1,
  slot: slotOf(setting),
  schedule: scheduleOf(setting),
})
const swings = (setting: ProfileSetting, standing: readonly Standing[] = []) =>
  swingsOf(setting, asked, device, standing).map(({ from, swingWatts }) => [
    (from - start) / 3_600_000,
    swingWatts,
  ])

test('a schedule is charged at switch-over, at each change and at its end', () => {
  expect(swings(profile(0, [1_000, 4_000]))).toEqual([
    [0, 6_000],
    [1, 3_000],
    [2, 4_000],
  ])
})

test('the switch-over may come at any moment of the effect interval, with any delay', () => {
  const [first] = swingsOf(profile(0, [1_000]), asked, device, [])
  expect(first).toEqual({ from: window.from, until: window.until, swingWatts: 6_000 })
})

test('what was granted before may be in force or not: the larger swing counts', () => {
  const before = standingOf(profile(0, [0, 0]))
  expect(swings(profile(0, [6_500]), [before])).toEqual([
    [0, 6_500],
    [1, 6_500],
  ])
})

test('a schedule of another slot that begins or ends meanwhile is charged too', () => {
  const beside = standingOf(profile(1, [0], 'TxProfile'))
  expect(swings(profile(0, [7_000, 7_000, 7_000]), [beside])).toEqual([
    [0, 7_000],
    [1, 7_000],
    [2, 7_000],
    [3, 7_000],
  ])
})

test('a start at the rating is charged: a charger may be held at 0 W until then', () => {
  expect(swings(profile(0, [7_000]))).toEqual([
    [0, 7_000],
    [1, 7_000],
  ])
  expect(swings(profile(0, [0]))).toEqual([
    [0, 7_000],
    [1, 7_000],
  ])
})

test('beside a schedule that stands nothing is charged before the new one begins', () => {
  const late = startingAt(plus(start, inSeconds(900)))
  const from = (standing: readonly Standing[]) => swingsOf(late, asked, device, standing)[0]?.from
  expect(from([standingOf(profile(0, [0, 0]))])).toBe(late.from)
})

test('where no schedule is known to stand, the whole effect interval is charged', () => {
  const late = startingAt(plus(start, inSeconds(900)))
  expect(swingsOf(late, asked, device, [])[0]).toEqual({
    from: start,
    until: window.until,
    swingWatts: rating,
  })
})

test('what another slot did before the switch-over is not charged again', () => {
  const beside = standingOf(profile(0, [0, 0, 0], 'TxProfile'))
  const effect = { from: hour(2), until: plus(hour(2), inSeconds(1_800)) }
  const edges = swingsOf(profile(2, [3_000]), { ...asked, effect }, device, [beside])
  expect(edges.map((edge) => edge.from)).toEqual([hour(2), hour(3)])
})

test('clearing may lead from any level to any other, and lets the fallback through again', () => {
  const setting = { kind: 'clear', evse: 1 } as const
  const settled = plus(window.until, inSeconds(600))
  const whole = { from: window.from, until: settled, swingWatts: rating }
  const weekend = [standingOf(profile(0, [500])), standingOf(profile(0, [3_000], 'TxProfile'))]
  expect(swingsOf(setting, asked, device, weekend)).toEqual([whole])
  expect(swingsOf(setting, asked, device, [])).toEqual([whole])

  // Monday evening: at 22:00 the hours without charging end, and a plan for the night held it back.
  const evening = instant(Date.parse('2026-01-05T20:30:00Z'))
  const effect = { from: evening, until: plus(evening, inSeconds(1_800)) }
  const tenOClock = instant(Date.parse('2026-01-05T22:00:00Z'))
  const night = standingOf(startingAt(tenOClock))
  const until = plus(tenOClock, inHours(4))
  const held = { ...night, schedule: { ...night.schedule, until } }
  expect(swingsOf(setting, { ...asked, effect }, device, [held])).toEqual([
    { from: evening, until: plus(effect.until, inSeconds(600)), swingWatts: rating },
    { from: tenOClock, until: plus(tenOClock, inSeconds(600)), swingWatts: rating },
  ])
})

test('a restart is charged off and on, an availability once, a setting not at all', () => {
  const reset = swingsOf({ kind: 'reset', evse: 1, immediate: true }, asked, device, [])
  expect(reset.map((edge) => edge.swingWatts)).toEqual([rating, rating])
  const availability = { kind: 'availability', evse: 1, operative: false } as const
  expect(swingsOf(availability, asked, device, [])).toMatchObject([{ swingWatts: rating }])
  const quiet = { ...asked, movesLoad: false }
  expect(swingsOf({ kind: 'configuration' }, quiet, device, [])).toMatchObject([{ swingWatts: 0 }])
  expect(swingsOf({ kind: 'configuration' }, asked, device, []).length).toBe(2)
  expect(swingsOf({ kind: 'variables', values: [] }, quiet, device, [])).toMatchObject([
    { swingWatts: 0 },
  ])
})

test('what may flow without a schedule is charged as a step to or from the rating', () => {
  const { component, variable } = fallbackLimitVariable
  const whole = { ...asked, target: { station: eui, evse: 0 }, movesLoad: false }
  for (const value of [0, 2_000]) {
    const setting = { kind: 'variables', values: [{ component, variable, value }] } as const
    expect(swingsOf(setting, whole, device, [])).toMatchObject([{ swingWatts: rating }])
  }
})

test('a limit on the whole station beside one on an EVSE is charged at its worst', () => {
  const cap = { ...asked, target: { station: eui, evse: 0 } }
  const station = { ...profile(0, [3_500], 'ChargingStationMaxProfile'), evse: 0 }
  const edges = swingsOf(station, cap, device, [standingOf(profile(0, [7_000]))])
  expect(Math.max(...edges.map((edge) => edge.swingWatts))).toBe(3_500)
})

test('no installed combination moves more at once than what was charged for that time', () => {
  const levels = fc.array(fc.integer({ min: 0, max: rating }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(levels, levels, fc.boolean(), (before, after, delivered) => {
      const old = profile(0, before)
      const next = profile(0, after)
      const edges = swingsOf(next, asked, device, [standingOf(old)])
      const oldAt = (h: number) => (delivered ? (before[h] ?? rating) : rating)
      const swing = Math.abs(oldAt(0) - (after[0] ?? rating))
      const charged = edges.find((edge) => edge.from === start)
      expect(charged?.swingWatts).toBeGreaterThanOrEqual(swing)
      for (let h = 1; h <= after.length; h++) {
        const now = after[h] ?? oldAt(h)
        const change = Math.abs(now - (after[h - 1] ?? rating))
        const paid = edges.find((edge) => edge.from === hour(h))?.swingWatts ?? 0
        expect(paid).toBeGreaterThanOrEqual(change)
      }
    }),
  )
})
