import { toIso } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import type { Station } from './station.ts'

/** The component whose variable `Problem` a fault sets; the connector unless it has its own. */
const components: Readonly<Record<string, string>> = {
  ConnectorLockFailure: 'ConnectorPlugRetentionLock',
}

/** G05, N07: a fault that begins or ends is told at once. */
export function reportProblem(station: Station, kind: string, isThere: boolean): void {
  const { caller, deps, evse, background } = station
  if (!caller.online()) return
  const now = toIso(deps.clock.now())
  void background('NotifyEvent', async () => {
    try {
      await caller.call('NotifyEvent', {
        generatedAt: now,
        seqNo: 0,
        eventData: [
          {
            eventId: deps.entropy.below(1_000_000_000),
            timestamp: now,
            // A value that is no number and changed (N07.FR.18).
            trigger: 'Delta',
            actualValue: `${isThere}`,
            techInfo: kind,
            eventNotificationType: 'HardWiredNotification',
            component: {
              name: components[kind] ?? 'Connector',
              evse: { id: evse, connectorId: 1 },
            },
            variable: { name: 'Problem' },
          },
        ],
      })
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
    }
  })
}
