import { handoverMillis } from './restarts.ts'
import type { Station } from './station.ts'

/** What a station does at once when a variable was set; everything else is read when it counts. */
const effects: Readonly<Record<string, (station: Station) => void>> = {
  'OCPPCommCtrlr.HeartbeatInterval': ({ boot }) => boot.beatAgain(),
  // A01.FR.12: the answer leaves over the old connection, and the new password opens the next.
  'SecurityCtrlr.BasicAuthPassword': (station) => {
    station.reports.security('ReconfigurationOfSecurityParameters', 'BasicAuthPassword')
    if (station.network.way().basic === undefined) return
    const { deps, config } = station
    deps.wall.after(handoverMillis, `${config.actor}/password`, () => station.reconnect())
  },
}

export const followSettings = (station: Station): void =>
  station.model.onSet((name) => effects[name]?.(station))
