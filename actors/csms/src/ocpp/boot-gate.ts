import { CallError, type Action } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/** What a station that is told to wait sends because it was asked to (B02.FR.05, B02.FR.06). */
const whilePending: ReadonlySet<Action> = new Set<Action>([
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
 * @throws CallError
 */
export function checkBoot(context: Context, { stationId }: Sender, action: Action): void {
  const view = context.views.get(stationId)
  // One that has never booted is what it would be told.
  const status = view?.boot?.status ?? view?.record.bootPolicy ?? 'Accepted'
  if (status === 'Accepted' || action === 'BootNotification') return
  if (status === 'Pending' && whilePending.has(action)) return
  throw new CallError('SecurityError', 'not before the station is accepted')
}
