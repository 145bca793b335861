import { CallError, type Handler, type Handlers } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** What a station may be asked while its boot is Pending (B02.FR.01); it starts and stops nothing. */
const notWhilePending = ['RequestStartTransaction', 'RequestStopTransaction']

/**
 * The handlers, as far as the registration allows them. A CSMS that rejected the boot may ask
 * nothing at all (B03.FR.08).
 */
export function registered(station: Station, handlers: Handlers): Handlers {
  const guarded = Object.entries(handlers).map(([action, handler]) => {
    const inner = handler as unknown as Handler<never>
    const outer: Handler<never> = (request, context) => {
      const { registration } = station.boot
      if (registration === 'Rejected') throw new CallError('SecurityError', 'the boot was rejected')
      // B02.FR.05
      if (registration !== 'Accepted' && notWhilePending.includes(action))
        return { status: 'Rejected', statusInfo: { reasonCode: 'NotAccepted' } } as never
      return inner(request, context)
    }
    return [action, outer] as const
  })
  return Object.fromEntries(guarded)
}
