import { inHours, inMinutes, plus, type Clock, type Instant } from '@interlock/kernel'
import { makeDay, worldStart, type Day, type Session } from '../worlds/day.ts'
import { answersPhases } from './attack-answers.ts'
import { at, visit, type TellGoal } from './cars.ts'
import { storedRuleOf } from './configs.ts'
import type { RunningHome } from './start-street.ts'

const carOf = (pluggedIn: Instant) => ({
  pluggedIn,
  departure: plus(pluggedIn, inHours(9.5)),
  energyWattHours: 6_000,
  vehicleWattsMax: 7_360,
})

/** Two chargers, one for each stored rule, are free when the guests arrive. */
export function dayWithGuests(seed: number, stations: number): Day {
  const day = makeDay(seed, stations, {})
  const free = (session: Session, index: number): Session =>
    index < 2
      ? {
          ...session,
          pluggedIn: plus(worldStart, inHours(1)),
          departure: plus(worldStart, inHours(5)),
        }
      : session
  return { ...day, sessions: day.sessions.map(free) }
}

/**
 * Guests arrive while the answers are in the attacker's hands, one for each stored rule where a
 * charger is free: their authorisation is held back; plugged in again they are refused; and once
 * more there is nobody to ask.
 */
export function guestsDuring(
  homes: readonly RunningHome[],
  from: Instant,
  clock: Clock,
  tell: TellGoal,
): void {
  const free = homes.filter(({ session }) => session.departure < from)
  for (const rule of ['charge', 'wait'] as const) {
    const host = free.find(({ home }) => storedRuleOf(home) === rule)
    if (host !== undefined) guest(host, from, clock, tell)
  }
}

function guest(host: RunningHome, from: Instant, clock: Clock, tell: TellGoal): void {
  const arrival = plus(from, inMinutes(2))
  const again = [answersPhases.release, answersPhases.refuseBoots].map((phase) =>
    plus(plus(from, phase), inMinutes(2)),
  )
  for (const moment of again)
    at(clock, moment, `guest-${host.home.number}/unplugs`, () => host.station.hardware.unplug())
  for (const moment of [arrival, ...again])
    visit(host, carOf(plus(moment, inMinutes(1))), clock, tell)
}
