import { millis } from '@interlock/kernel'
import { fallbackAt } from '@interlock/power'
import { delaySeconds } from './devices.ts'
import type { Home } from './home.ts'
import type { Oracle } from './oracle.ts'
import { parts, ratingWatts } from './scenario.ts'
import { comeBack, isUp } from './failing.ts'

const deliveriesMax = 50
/** Past every window and lifetime of a scenario, and the edge of its schedule. */
const patienceMillis = millis(25 * 60_000)
const afterMillis = millis((delaySeconds + 1) * 1_000)

/**
 * From any state: everybody comes back, everything under way arrives, and time passes. Then nothing
 * waits any more, and the charger charges by its written fallback; where the owner's own hand at the
 * charger still holds it, after the next vehicle has come.
 *
 * @param clocksAgree LLCS and charger speak to each other at all: beyond the lifetime of a frame they do
 *   not, no arm arrives, and the charge goes on as it would without an LLCS
 * @returns what is wrong otherwise
 */
export async function comeToRest(
  home: Home,
  oracle: Oracle,
  settle: () => Promise<void>,
  clocksAgree: boolean,
): Promise<string | undefined> {
  for (const part of parts) if (!isUp(home, part)) comeBack(home, part)
  await settle()
  for (let count = 0; count < deliveriesMax; count += 1) {
    const [parcel] = home.post.waiting()
    if (parcel === undefined) break
    home.post.arrive(parcel)
    await settle()
  }
  await home.clock.advance(patienceMillis)
  await settle()
  const waiting = home.post.waiting()
  if (waiting.length > 0) return `"${waiting[0]}" never arrives`
  const { station } = home
  if (station.running === undefined) return 'the charger does not come back'
  if (station.running.observe().waitingForArm) return 'a trigger waits for ever'
  if (!home.csms.connected()) return 'the connection to the CSMS does not come back'
  if (!home.link.connected() && clocksAgree) return 'the local link does not come back'
  if (oracle.override(home.clock.now())?.by === 'gesture') {
    station.running.hardware.unplug()
    station.running.hardware.plugIn({ energyWattHours: 400_000, vehicleWattsMax: ratingWatts })
    await home.clock.advance(afterMillis)
  }
  const { powerWatts, why } = station.running.observe()
  const allowed = fallbackAt(home.clock.now(), ratingWatts)
  return powerWatts === allowed
    ? undefined
    : `at rest the charger gives ${powerWatts} W (${why}), and its fallback allows ${allowed} W`
}
