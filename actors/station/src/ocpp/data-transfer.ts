import { vendorId } from '@interlock/contract'
import { CallError, type Handler } from '@interlock/ocpp'
import { hoursTold } from '../charging-hours.ts'
import { takeGuest } from '../guests.ts'
import { secondOf } from '../judging.ts'
import { chooseHoursByOwner, enrolOwner, judgeOpenData, ownerKeys, revokeOwner } from '../owners.ts'
import { takeProvider } from '../provider-change.ts'
import { takeRevocationList } from '../revocation.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** What this system carries inside DataTransfer until OCPP has a message for it (P01). */
export const dataTransfer =
  (station: Station): Handler<'DataTransfer'> =>
  (request, context) => {
    // What this system carries here is of supervised stations; a standard one knows OCPP alone.
    if (request.vendorId !== vendorId || station.mode === 'standard')
      return { status: 'UnknownVendorId' }
    switch (request.messageId) {
      case 'FrequencyCurve':
        return frequencyCurve(station)(request, context)
      case 'OwnerKey':
        return reasoned(enrolOwner(station, request.data))
      case 'OwnerKeys':
        return { status: 'Accepted', data: ownerKeys(station) }
      case 'OwnerKeyRevocation':
        return reasoned(revokeOwner(station, request.data))
      case 'ChargingHoursChoice':
        return reasoned(chooseHoursByOwner(station, request.data))
      case 'Guest':
        return reasoned(takeGuest(station, request.data))
      case 'OpenData':
        return reasoned(judgeOpenData(station, request.data))
      case 'ChargingHoursNow':
        return { status: 'Accepted', data: hoursTold(station) }
      case 'Provider':
        return reasoned(takeProvider(station, request.data))
      case 'RevocationList':
        return reasoned(takeRevocationList(station, request.data))
      default:
        if (context.signed !== undefined) throw new CallError('SecurityError', 'not to be signed')
        return { status: 'UnknownMessageId' }
    }
  }

/** Storing the curve moves nothing; without a later arm it never will. */
const frequencyCurve =
  (station: Station): Handler<'DataTransfer'> =>
  (request, context) =>
    throughGate(station, 'DataTransfer', request, context, {
      apply(_, accepted) {
        const { setting, consume } = accepted
        if (setting.kind !== 'curve') return { status: 'Rejected' }
        const curve = { curve: setting.curve, originator: consume.organisation }
        station.records.decide({
          action: 'FrequencyCurve',
          decision: 'stored',
          ...secondOf(accepted),
        })
        station.charging.update({ curve })
        return { status: 'Accepted' }
      },
      plain: () => ({ status: 'UnknownMessageId' }),
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })

const reasoned = (refusal: string | undefined) =>
  refusal === undefined
    ? ({ status: 'Accepted' } as const)
    : ({ status: 'Rejected', statusInfo: { reasonCode: refusal } } as const)
