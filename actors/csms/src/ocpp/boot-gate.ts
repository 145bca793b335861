import { CallError, type Handlers } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/** What a station that is told to wait sends because it was asked to (B02.FR.05, B02.FR.06). */
const whilePending: ReadonlySet<string> = new Set([
  'BootNotification',
  'NotifyReport',
  'SignCertificate',
  'SecurityEventNotification',
  'FirmwareStatusNotification',
  'LogStatusNotification',
])

/**
 * B02.FR.09, B03.FR.07: until it is accepted a station is not listened to, but for what belongs to
 * being set up.
 */
export const bootGate = (context: Context, { stationId }: Sender, all: Handlers): Handlers =>
  Object.fromEntries(
    Object.entries(all).map(([action, handler]) => [
      action,
      (...given: unknown[]): unknown => {
        const view = context.views.get(stationId)
        // After a restart of ours nobody has booted here yet.
        const status = view?.boot?.status ?? view?.record.bootPolicy ?? 'Accepted'
        const open =
          status === 'Accepted' ||
          action === 'BootNotification' ||
          (status === 'Pending' && whilePending.has(action))
        if (!open) throw new CallError('SecurityError', 'not before the station is accepted')
        return (handler as (...args: unknown[]) => unknown)(...given)
      },
    ]),
  )
