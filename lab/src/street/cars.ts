import { millis, toIso, type Clock, type Instant } from '@interlock/kernel'
import type { Session } from '../worlds/day.ts'
import { idTokenOf } from './configs.ts'
import type { RunningHome } from './start-street.ts'

/** Tells the driver's wish to the CSMS: when the car must leave and what it needs. */
export type TellGoal = (home: RunningHome, session: Session) => Promise<void>

/** The cars of one day, simulated: each comes, its driver says what it needs, and it leaves. */
export function driveCars(homes: readonly RunningHome[], clock: Clock, tell: TellGoal): void {
  for (const running of homes) visit(running, running.session, clock, tell)
}

/** One car at one charger. */
export function visit(running: RunningHome, session: Session, clock: Clock, tell: TellGoal): void {
  const { home, station } = running
  at(clock, session.pluggedIn, `car-${home.number}/arrives`, async () => {
    station.hardware.plugIn({
      energyWattHours: session.energyWattHours,
      vehicleWattsMax: session.vehicleWattsMax,
      idToken: idTokenOf(home),
    })
    await tell(running, session)
  })
  at(clock, session.departure, `car-${home.number}/leaves`, () => station.hardware.unplug())
}

/** Runs `work` at an instant of the world. */
export function at(
  clock: Clock,
  moment: Instant,
  label: string,
  work: () => void | Promise<void>,
): void {
  clock.after(millis(moment - clock.now()), label, work)
}

/** A goal as `POST /api/v1/stations/{id}/goal` takes it. */
export const goalOf = (session: Session) => ({
  departure: toIso(session.departure),
  energyWattHours: session.energyWattHours,
})
