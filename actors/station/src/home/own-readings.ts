import { millis, type Timer } from '@interlock/kernel'
import { measure } from '../measuring.ts'
import { tellHalfHour } from '../middleware.ts'
import { isOnTime, nextHalfHour } from '../sums/half-hours.ts'
import type { Station } from '../station.ts'

/** The register as it is now, signed outside of transactions: an owner has it too, and no CSMS. */
function signRegister(station: Station): string {
  const { keeper, deps } = station
  const measuring = measure(station)
  const record = measuring.signOwn(keeper.memory.charger, deps.clock.now())
  keeper.commit({ set: measuring.change() })
  return record
}

/** Signs the register as it is, for the owners of the home alone. */
export function signForOwners(station: Station): void {
  const { keeper, usage } = station
  if (usage !== undefined && keeper.memory.ownerKeys.length > 0) signRegister(station)
}

/**
 * Does so at once and at the end of each half-hour of UTC, whatever the CSMS wants measured; and tells those of the
 * half-hours whom an owner lets read them, which is all that they are told.
 */
export function takeOwnReadings(station: Station): { close(): void } {
  const { topics, deps } = station
  const { clock } = deps
  let timer: Timer | undefined
  const wait = (): void => {
    const left = millis(nextHalfHour(clock.now()) - clock.now())
    timer = clock.after(left, 'home-reading', () => {
      wait()
      if (topics === undefined) return signForOwners(station)
      const isHalfHour = isOnTime(clock.now())
      const record = signRegister(station)
      if (isHalfHour) tellHalfHour(station, record)
    })
  }
  signForOwners(station)
  wait()
  return { close: () => timer?.cancel() }
}
