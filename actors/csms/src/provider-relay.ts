import { vendorId } from '@interlock/contract'
import { Fault, type StationId } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { inBackground } from './background.ts'
import type { Context } from './context.ts'

/**
 * Brings a station that has booted what the supervisor has signed about its DSR provider, if it has. The station verifies
 * it, and knows what it was told before; whatever goes wrong on the way, it is brought at the next boot.
 */
export const relayProvider =
  (context: Context) =>
  (station: StationId): void => {
    const { deps, supervisor, live, hooks, audit } = context
    const endpoint = live.get(station)
    if (endpoint === undefined) return
    inBackground(deps, 'provider-statement', async () => {
      try {
        const statement = await supervisor.providerStatement(station)
        if (!statement.ok) return
        // The station believes nobody before it knows who is revoked.
        hooks.commanding(station)
        const request = { vendorId, messageId: 'Provider', data: statement.value }
        const { status, statusInfo } = await endpoint.call('DataTransfer', request)
        audit.record('ProviderRelayed', { station, status, reasonCode: statusInfo?.reasonCode })
      } catch (cause) {
        if (!(cause instanceof CallFailed || cause instanceof Fault)) throw cause
        deps.log.warn({ station, cause }, 'it was not told who its DSR provider is')
      }
    })
  }
