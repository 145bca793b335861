import { inHours, inMinutes, inSeconds, instant, plus, type Instant } from '@interlock/kernel'
import type { InstalledProfile } from '@interlock/power'
import { expect, test } from 'vitest'
import { arrive } from '../hardware/vehicle.ts'
import { chargingState, newCharger, registerWattHours, type Charger } from './charger.ts'
import { step } from './step.ts'

/** A Monday in January, 23:00: outside the peak hours of the written fallback. */
const night = instant(Date.UTC(2026, 0, 5, 23))
const ratings = { ratingWatts: 7_400, fuseWatts: 9_200, siteWatts: 14_000 }
const car = { energyWattHours: 20_000, vehicleWattsMax: 7_000 }
const never = () => {
  throw new Error('nothing may be drawn')
}
const plugged = (now: Instant): Charger => ({
  ...newCharger(now),
  vehicle: arrive(car, now),
  authorisation: { state: 'allowed', by: 'owner' },
})
const schedule = (from: Instant, ...limits: number[]): InstalledProfile => ({
  purpose: 'TxProfile',
  stackLevel: 0,
  schedule: {
    from,
    until: plus(from, inHours(limits.length)),
    periods: limits.map((limitWatts, at) => ({ from: plus(from, inHours(at)), limitWatts })),
  },
})
const switched = (limitWatts: number) => ({
  limitWatts,
  until: plus(night, inHours(24)),
  reference: 'the arm of a supplier',
})
const charging = (now = night, profiles: readonly InstalledProfile[] = []): Charger =>
  step(plugged(now), profiles, ratings, now, () => 0).charger

test('nothing flows without a vehicle', () => {
  const idle = step(newCharger(night), [], ratings, night, never)
  expect(idle.charger.applied.watts).toBe(0)
  expect(idle.wanted.why).toBe('NoVehicle')
  expect(chargingState(idle.charger)).toBe('Idle')
})

test('without a schedule the written fallback charges, after its random delay', () => {
  const begun = step(plugged(night), [], ratings, night, () => 300)
  expect(begun.notes).toEqual([{ decision: 'stored', setPointWatts: 7_400, delaySeconds: 300 }])
  expect(begun.nextAt).toBe(plus(night, inSeconds(300)))
  const due = plus(night, inSeconds(300))
  const moved = step(begun.charger, [], ratings, due, never)
  expect(moved.notes[0]).toMatchObject({ reason: 'DelayElapsed', delaySeconds: 300 })
  expect(moved.charger.meter.powerWatts).toBe(7_000)
  expect(chargingState(moved.charger)).toBe('Charging')
})

test('the written fallback does not charge in the peak hours of a weekday', () => {
  const evening = instant(Date.UTC(2026, 0, 5, 17))
  const waiting = step(plugged(evening), [], ratings, evening, never)
  expect(waiting.wanted).toMatchObject({ watts: 0, why: 'Fallback' })
  expect(waiting.nextAt).toBe(instant(Date.UTC(2026, 0, 5, 22)))
})

test('a schedule is followed edge by edge, each edge with a delay of its own', () => {
  const profiles = [schedule(night, 3_000, 6_000)]
  const first = charging(night, profiles)
  expect(first.applied.watts).toBe(3_000)
  const edge = plus(night, inHours(1))
  const delayed = step(first, profiles, ratings, edge, () => 42)
  expect(delayed.charger.applied).toMatchObject({ watts: 3_000, pending: { delaySeconds: 42 } })
  const moved = step(delayed.charger, profiles, ratings, plus(edge, inSeconds(42)), never)
  expect(moved.charger.applied.watts).toBe(6_000)
})

test('losing every message changes nothing before the schedule ends', () => {
  const profiles = [schedule(night, 3_000, 3_000)]
  const first = step(plugged(night), profiles, ratings, night, () => 0)
  expect(first.nextAt).toBe(plus(night, inHours(2)))
})

test('an override at the charger acts at once, wins over the schedule and ends by itself', () => {
  const profiles = [schedule(night, 3_000, 3_000)]
  const until = plus(night, inMinutes(30))
  const override = { action: 'charge', limitWatts: 7_400, until, by: 'gesture' } as const
  const pressed = step({ ...charging(night, profiles), override }, profiles, ratings, night, never)
  expect(pressed.notes[0]).toMatchObject({ reason: 'GestureAtCharger', setPointWatts: 7_400 })
  const ended = step(pressed.charger, profiles, ratings, until, () => 60)
  expect(ended.charger.override).toBeUndefined()
  expect(ended.charger.applied).toMatchObject({ watts: 7_400, pending: { delaySeconds: 60 } })
  const after = step(ended.charger, profiles, ratings, plus(until, inSeconds(60)), never)
  expect(after.charger.applied.watts).toBe(3_000)
})

test('an override from afar is the owner’s too and has no delay', () => {
  const until = plus(night, inHours(1))
  const override = { action: 'stop', limitWatts: 0, until, by: 'arm', reference: 'abc' } as const
  const stopped = step({ ...charging(), override }, [], ratings, night, never)
  expect(stopped.notes[0]).toMatchObject({
    reason: 'ConsumerOverride',
    setPointWatts: 0,
    reference: 'abc',
  })
})

test('a relief takes effect at once and is restored with a random delay', () => {
  const until = plus(night, inMinutes(10))
  const response = { ceilingWatts: 2_000, from: night, until, reference: 'arm' }
  const reduced = step({ ...charging(), response }, [], ratings, night, never)
  expect(reduced.notes[0]).toMatchObject({ reason: 'ResponseService', setPointWatts: 2_000 })
  const over = step(reduced.charger, [], ratings, until, () => 90)
  expect(over.charger.applied.watts).toBe(2_000)
  expect(over.notes[0]).toMatchObject({ decision: 'stored', reason: 'Restored' })
  const restored = step(over.charger, [], ratings, plus(until, inSeconds(90)), never)
  expect(restored.notes[0]).toMatchObject({ decision: 'applied', reason: 'Restored' })
  expect(restored.charger.restoring).toBeUndefined()
})

test('a relief that is yet to begin waits for its beginning', () => {
  const from = plus(night, inMinutes(1))
  const dispatch = { ceilingWatts: 1_000, from, until: plus(night, inHours(1)), reference: 'arm' }
  const before = step({ ...charging(), dispatch }, [], ratings, night, never)
  expect(before.charger.applied.watts).toBe(7_400)
  expect(before.nextAt).toBe(from)
  expect(step(before.charger, [], ratings, from, never).charger.applied.watts).toBe(1_000)
})

test('an inoperative charger stops after its delay, but not against the owner', () => {
  const delayed = step({ ...charging(), outOfService: { evse: true } }, [], ratings, night, () => 5)
  expect(delayed.charger.applied).toMatchObject({ watts: 7_400, pending: { delaySeconds: 5 } })
  const until = plus(night, inMinutes(30))
  const override = { action: 'charge', limitWatts: 7_400, until, by: 'gesture' } as const
  const owner = step(
    { ...charging(), outOfService: { evse: true }, override },
    [],
    ratings,
    night,
    never,
  )
  expect(owner.charger.applied.watts).toBe(7_400)
})

test('a relief never adds load, and the stricter of two holds', () => {
  const until = plus(night, inMinutes(10))
  const high = { ceilingWatts: 9_000, from: night, until, reference: 'high' }
  const low = { ceilingWatts: 1_000, from: night, until, reference: 'low' }
  const unmoved = step({ ...charging(), response: high }, [], ratings, night, never)
  expect(unmoved.charger.applied.watts).toBe(7_400)
  const both = step({ ...charging(), response: high, dispatch: low }, [], ratings, night, never)
  expect(both.wanted).toMatchObject({ watts: 1_000, why: 'Dispatch', reference: 'low' })
})

test('the owner’s override wins over a relief', () => {
  const until = plus(night, inMinutes(10))
  const override = { action: 'charge', limitWatts: 7_400, until, by: 'gesture' } as const
  const response = { ceilingWatts: 0, from: night, until, reference: 'arm' }
  const kept = step({ ...charging(), override, response }, [], ratings, night, never)
  expect(kept.charger.applied.watts).toBe(7_400)
})

test('neither fuse nor site nor hardware is exceeded by anyone, not even the owner', () => {
  const until = plus(night, inMinutes(10))
  const override = { action: 'charge', limitWatts: 50_000, until, by: 'gesture' } as const
  for (const tight of [{ fuseWatts: 4_000 }, { siteWatts: 4_000 }, { ratingWatts: 4_000 }]) {
    const within = step({ ...charging(), override }, [], { ...ratings, ...tight }, night, never)
    expect(within.charger.applied.watts).toBe(4_000)
  }
})

test('a fault stops the flow at once', () => {
  const faulted = step({ ...charging(), fault: 'GroundFailure' }, [], ratings, night, never)
  expect(faulted.charger.meter.powerWatts).toBe(0)
  expect(faulted.wanted.why).toBe('Faulted')
})

test('without authorisation nothing starts', () => {
  for (const state of ['waiting', 'none'] as const) {
    const held = step({ ...plugged(night), authorisation: { state } }, [], ratings, night, never)
    expect(held.charger.applied.watts).toBe(0)
    expect(chargingState(held.charger)).toBe('EVConnected')
  }
})

test('a late acceptance starts only in a seconded slot that begins afterwards', () => {
  const late: Charger = { ...plugged(night), authorisation: { state: 'late', at: night } }
  expect(step(late, [], ratings, night, never).charger.applied.watts).toBe(0)
  const running = [schedule(plus(night, inMinutes(-10)), 7_000, 7_000)]
  expect(step(late, running, ratings, night, never).charger.applied.watts).toBe(0)
  const later = plus(night, inMinutes(5))
  const slot = step(late, [schedule(later, 7_000)], ratings, later, () => 0)
  expect(slot.charger.applied.watts).toBe(7_000)
})

test('what a supplier has switched on gives no leave to charge; what it has switched off holds', () => {
  const by = (
    limitWatts: number,
    authorisation: Charger['authorisation'],
    plan: readonly InstalledProfile[] = [],
  ) =>
    step(
      { ...plugged(night), authorisation, switched: switched(limitWatts) },
      plan,
      ratings,
      night,
      () => 0,
    ).charger.applied.watts
  const late = { state: 'late', at: night } as const
  expect(by(7_400, { state: 'allowed', by: 'answer' })).toBe(7_400)
  for (const state of ['none', 'waiting'] as const) expect(by(7_400, { state })).toBe(0)
  expect(by(7_400, { state: 'denied', by: 'rule' })).toBe(0)
  expect(by(7_400, late)).toBe(0)
  const slot = [schedule(night, 3_000)]
  expect(by(7_400, late, slot)).toBe(3_000)
  expect(by(0, late, slot)).toBe(0)
})

test('a full vehicle draws nothing more and the register says what it took', () => {
  const first = step(plugged(night), [], ratings, night, () => 0)
  const full = first.nextAt ?? night
  const done = step(first.charger, [], ratings, full, never)
  expect(done.charger.meter.powerWatts).toBe(0)
  expect(chargingState(done.charger)).toBe('SuspendedEV')
  expect(registerWattHours(done.charger, full)).toBe(20_000)
})

test('a step repeated at once changes nothing', () => {
  const first = step(plugged(night), [], ratings, night, () => 0)
  const again = step(first.charger, [], ratings, night, never)
  expect(again.charger).toEqual(first.charger)
  expect(again.notes).toEqual([])
})
