import { drawDelay } from '@interlock/gate'
import type { Handler, Request, Response } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/**
 * B11/B12. The flow stops with the restart, at a supervised station after a random delay, and begins
 * again after another.
 */
export const reset =
  (station: Station): Handler<'Reset'> =>
  (request, context) =>
    throughGate(station, 'Reset', request, context, {
      apply(_, accepted) {
        const { deps, records } = station
        const delaySeconds = drawDelay(accepted.delay, deps.entropy)
        const answer = begin(station, request, delaySeconds)
        if (answer.status !== 'Rejected')
          records.decide({
            action: 'Reset',
            decision: 'stored',
            delaySeconds,
            ...secondOf(accepted),
          })
        return answer
      },
      plain: () => begin(station, request, 0),
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })

function begin(
  station: Station,
  { type, evseId }: Request<'Reset'>,
  delaySeconds: number,
): Response<'Reset'> {
  if (evseId !== undefined && evseId !== station.evse)
    return { status: 'Rejected', statusInfo: { reasonCode: 'UnknownEvse' } }
  const reset = evseId === undefined ? {} : { evseId }
  if (type === 'OnIdle' && station.keeper.memory.transaction !== undefined) {
    station.restarts.whenIdle(reset)
    return { status: 'Scheduled' }
  }
  station.restarts.soon(reset, 'RemoteReset', delaySeconds)
  return { status: 'Accepted' }
}
