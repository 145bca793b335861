import { vendorId } from '@interlock/contract'
import { createPlaces, Fault, type StationId } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { inBackground } from './background.ts'
import type { Context } from './context.ts'

/** Asked of the supervisor side by side: a street that boots at one moment is no flood there. */
const atOnceMax = 8
/** Stations that may wait; one beyond is told at its next boot. */
const waitingMax = 20_000

/**
 * Brings a station that has booted what the supervisor has signed about its DSR provider, if it has. The station verifies
 * it, and knows what it was told before; whatever goes wrong on the way, it is brought at the next boot.
 */
export function relayProvider(
  context: Pick<Context, 'deps' | 'supervisor' | 'live' | 'hooks' | 'audit'>,
): (station: StationId) => void {
  const { deps, supervisor, live, hooks, audit } = context
  const inPlace = createPlaces(atOnceMax)
  const waiting = new Set<StationId>()

  const bring = async (station: StationId): Promise<void> => {
    const statement = await inPlace(() => {
      waiting.delete(station)
      return supervisor.providerStatement(station)
    })
    const endpoint = live.get(station)
    if (!statement.ok || endpoint === undefined) return
    // The station believes nobody before it knows who is revoked.
    hooks.commanding(station)
    const request = { vendorId, messageId: 'Provider', data: statement.value }
    const { status, statusInfo } = await endpoint.call('DataTransfer', request)
    audit.record('ProviderRelayed', { station, status, reasonCode: statusInfo?.reasonCode })
  }
  return (station) => {
    if (waiting.has(station)) return
    if (waiting.size >= waitingMax)
      return deps.log.warn({ station }, 'too many wait for what the supervisor says of providers')
    waiting.add(station)
    inBackground(deps, 'provider-statement', async () => {
      try {
        await bring(station)
      } catch (cause) {
        if (!(cause instanceof CallFailed || cause instanceof Fault)) throw cause
        deps.log.warn({ station, cause }, 'it was not told who its DSR provider is')
      }
    })
  }
}
