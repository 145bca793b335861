import type { Handler } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/**
 * L01. A supervised station runs registered images only. No command tells it yet which image is
 * registered, so what the gate lets through is refused here, whoever signed the image.
 */
export const updateFirmware =
  (station: Station): Handler<'UpdateFirmware'> =>
  (request, context) =>
    throughGate(station, 'UpdateFirmware', request, context, {
      apply(_, accepted) {
        station.records.decide({
          action: 'UpdateFirmware',
          decision: 'ignored',
          reason: 'NothingToChange',
          ...secondOf(accepted),
        })
        return { status: 'Rejected', statusInfo: { reasonCode: 'NotRegistered' } }
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
      plain: () => station.firmware.begin(request),
    })
