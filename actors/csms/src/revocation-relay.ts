import { vendorId } from '@interlock/contract'
import { millis, type StationId } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { inBackground } from './background.ts'
import type { Context } from './context.ts'

/** Passes the revocation list on to stations, which verify it themselves. */
export type RevocationRelay = {
  /** After the answer to its boot. */
  readonly toOne: (station: StationId) => void
  readonly toAll: () => void
}

export function relayRevocations(
  context: Context,
  bundle: () => string | undefined,
): RevocationRelay {
  const { deps, config } = context
  const send = (station: StationId): void => {
    const data = bundle()
    const endpoint = context.live.get(station)
    if (data === undefined || endpoint === undefined) return
    inBackground(deps, 'revocation-list', async () => {
      try {
        const request = { vendorId, messageId: 'RevocationList', data }
        const { status } = await endpoint.call('DataTransfer', request)
        context.audit.record('RevocationListRelayed', { station, status })
      } catch (error) {
        // It is sent again when the station comes back.
        if (!(error instanceof CallFailed)) throw error
      }
    })
  }
  return {
    toOne: (station) =>
      void deps.wall.after(millis(0), `${config.actor}/revocation-list`, () => send(station)),
    toAll() {
      for (const station of context.live.keys()) send(station)
    },
  }
}
