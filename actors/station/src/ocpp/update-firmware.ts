import { registeredImageOf } from '@interlock/contract'
import { drawDelay } from '@interlock/gate'
import type { Handler } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/**
 * L01. A supervised station runs registered images only (PF12): the hash that its supervisor found in
 * the register is in the command, and the image must have it besides its maker's signature.
 */
export const updateFirmware =
  (station: Station): Handler<'UpdateFirmware'> =>
  (request, context) =>
    throughGate(station, 'UpdateFirmware', request, context, {
      apply(_, accepted) {
        const { deps, records, firmware } = station
        const sha256 = registeredImageOf(request.firmware.location)
        if (sha256 === undefined)
          return { status: 'Rejected', statusInfo: { reasonCode: 'NotRegistered' } }
        const delaySeconds = drawDelay(accepted.delay, deps.entropy)
        const answer = firmware.begin(request, { sha256, delaySeconds })
        const taken = answer.status === 'Accepted' || answer.status === 'AcceptedCanceled'
        records.decide({
          action: 'UpdateFirmware',
          decision: taken ? 'stored' : 'ignored',
          delaySeconds,
          ...secondOf(accepted),
        })
        return answer
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
      plain: () => station.firmware.begin(request, {}),
    })
