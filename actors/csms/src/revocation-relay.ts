import { vendorId } from '@interlock/contract'
import { millis, type StationId } from '@interlock/kernel'
import { CallFailed, type Endpoint } from '@interlock/ocpp'
import { inBackground } from './background.ts'
import type { Context } from './context.ts'

/** Passes the revocation lists on to stations, which verify them themselves. */
export type RevocationRelay = {
  /** After the answer to its boot. */
  readonly toOne: (station: StationId) => void
  /** Now, so that they are before whatever is sent next; what this connection has had already is not. */
  readonly first: (station: StationId) => void
  readonly toAll: () => void
}

export function relayRevocations(
  context: Context,
  bundles: () => readonly string[],
): RevocationRelay {
  const { deps, config } = context
  const sent = new WeakMap<Endpoint, Set<string>>()
  const send = (station: StationId, endpoint: Endpoint, data: string): void =>
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
  const first = (station: StationId): void => {
    const endpoint = context.live.get(station)
    if (endpoint === undefined) return
    const had = sent.get(endpoint) ?? new Set()
    const lists = bundles()
    // Calls of one connection keep their order.
    for (const data of lists) if (!had.has(data)) send(station, endpoint, data)
    sent.set(endpoint, new Set(lists))
  }
  return {
    first,
    toOne: (station) =>
      void deps.wall.after(millis(0), `${config.actor}/revocation-list`, () => first(station)),
    toAll() {
      for (const station of context.live.keys()) first(station)
    },
  }
}
