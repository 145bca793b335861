import type { Card } from '@interlock/driver'
import { millis, toIso, type Clock, type Instant } from '@interlock/kernel'
import type { Session } from '../worlds/day.ts'
import type { Home } from './address-book.ts'
import { idTokenOf } from './configs.ts'
import type { RunningHome } from './start-street.ts'

/** Tells the driver's wish to the CSMS: when the car must leave and what it needs. */
export type TellGoal = (home: RunningHome, session: Session) => Promise<void>

/**
 * The cars of one day, simulated: each comes, its driver says what it needs, and it leaves. One that
 * should have left already does not come any more.
 */
export function driveCars(
  homes: readonly RunningHome[],
  sessions: readonly Session[],
  clock: Clock,
  tell: TellGoal,
  cardAt: (home: Home) => Card | undefined = () => undefined,
): void {
  for (const [index, running] of homes.entries()) {
    const session = sessions[index]
    if (session !== undefined && session.departure > clock.now())
      visit(running, session, clock, tell, cardAt(running.home))
  }
}

/** One car at one charger, whose driver holds a card to the reader or is the owner. */
export function visit(
  running: RunningHome,
  session: Session,
  clock: Clock,
  tell: TellGoal,
  card?: Card,
): void {
  const { home, station } = running
  at(clock, session.pluggedIn, `car-${home.number}/arrives`, async () => {
    if (card !== undefined) await station.hardware.tap(card)
    station.hardware.plugIn({
      energyWattHours: session.energyWattHours,
      vehicleWattsMax: session.vehicleWattsMax,
      ...(card === undefined && { idToken: idTokenOf(home) }),
    })
    await tell(running, session)
  })
  at(clock, session.departure, `car-${home.number}/leaves`, () => station.hardware.unplug())
}

/** Runs `work` at an instant of the world; at once where it has passed. */
export function at(
  clock: Clock,
  moment: Instant,
  label: string,
  work: () => void | Promise<void>,
): void {
  clock.after(millis(Math.max(0, moment - clock.now())), label, work)
}

/** A goal as `POST /api/v1/stations/{id}/goal` takes it. */
export const goalOf = (session: Session) => ({
  departure: toIso(session.departure),
  energyWattHours: session.energyWattHours,
})
