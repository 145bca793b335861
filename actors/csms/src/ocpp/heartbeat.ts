import { toIso } from '@interlock/kernel'
import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'

/** G02. */
export const heartbeat =
  (context: Pick<Context, 'deps'>): Handler<'Heartbeat'> =>
  () => ({ currentTime: toIso(context.deps.clock.now()) })
