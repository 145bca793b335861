import { millis, type Timer } from '@interlock/kernel'
import { halfHourMillis } from '@interlock/privacy'
import { measure } from '../measuring.ts'
import type { Station } from '../station.ts'

/** Signs the register as it is, for the owners of the home; it is sent to nobody. */
export function signForOwners(station: Station): void {
  const { keeper, deps, usage } = station
  if (usage === undefined || keeper.memory.ownerKeys.length === 0) return
  const measuring = measure(station)
  measuring.signOwn(keeper.memory.charger, deps.clock.now())
  keeper.commit({ set: measuring.change() })
}

/** Does so at once and at the end of each half-hour of UTC, whatever the CSMS wants measured. */
export function takeOwnReadings(station: Station): { close(): void } {
  const { clock } = station.deps
  let timer: Timer | undefined
  const wait = (): void => {
    const left = millis(halfHourMillis - (clock.now() % halfHourMillis))
    timer = clock.after(left, 'home-reading', () => {
      wait()
      signForOwners(station)
    })
  }
  signForOwners(station)
  wait()
  return { close: () => timer?.cancel() }
}
