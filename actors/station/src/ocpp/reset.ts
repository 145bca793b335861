import { drawDelay } from '@interlock/gate'
import { inSeconds } from '@interlock/kernel'
import type { Handler } from '@interlock/ocpp'
import { atRest } from '../core/smooth.ts'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** B11/B12. The flow stops with the restart, after a random delay, and begins again after another. */
export const reset =
  (station: Station): Handler<'Reset'> =>
  (request, context) =>
    throughGate(station, 'Reset', request, context, {
      apply(_, accepted) {
        const { deps, records } = station
        const idle = station.keeper.memory.charger.vehicle === undefined
        if (request.type === 'OnIdle' && !idle) {
          return { status: 'Rejected', statusInfo: { reasonCode: 'NotIdle' } }
        }
        const delaySeconds = drawDelay(accepted.delay, deps.entropy)
        records.decide({
          action: 'Reset',
          decision: 'stored',
          delaySeconds,
          ...secondOf(accepted),
        })
        deps.clock.after(inSeconds(delaySeconds), 'reset', () => restart(station))
        return { status: 'Accepted' }
      },
      plain({ type }) {
        const idle = station.keeper.memory.charger.vehicle === undefined
        if (type === 'OnIdle' && !idle) return { status: 'Rejected' }
        station.deps.clock.after(inSeconds(0), 'reset', () => restart(station))
        return { status: 'Accepted' }
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })

function restart(station: Station): void {
  const { charging, keeper } = station
  charging.update({ charger: { ...keeper.memory.charger, applied: atRest } })
  station.reconnect()
}
