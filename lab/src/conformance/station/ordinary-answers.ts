import { toIso, type Clock } from '@interlock/kernel'
import type { Action, Request, Response } from '@interlock/ocpp'
import { thoughtless } from '../csms/peer-answers.ts'

/** How the CSMS of the runner answers what a case does not speak of: it accepts. */
export function ordinaryCsmsAnswer(
  action: Action,
  request: Request<Action>,
  clock: Clock,
): Response<Action> {
  const currentTime = toIso(clock.now())
  if (action === 'BootNotification') return { status: 'Accepted', interval: 300, currentTime }
  if (action === 'Heartbeat') return { currentTime }
  if (action === 'TransactionEvent' && 'idToken' in request)
    return { idTokenInfo: { status: 'Accepted' } }
  return thoughtless(action)
}
