import type { Handlers } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/**
 * Reports that change nothing here: each is put on the record and acknowledged. What they carry is
 * read from the audit file by who needs it.
 */
export function noted(context: Context, sender: Sender): Handlers {
  const note = (kind: string, data: Record<string, unknown> = {}): Record<string, never> => {
    context.audit.record(kind, { station: sender.stationId, ...data })
    return {}
  }
  return {
    NotifyReport: (request) =>
      note('Report', { request: request.requestId, part: request.seqNo, last: !request.tbc }),
    NotifyEvent: (request) =>
      note('Events', { count: request.eventData.length, part: request.seqNo }),
    NotifyMonitoringReport: (request) => note('MonitoringReport', { part: request.seqNo }),
    NotifyChargingLimit: (request) =>
      note('ChargingLimit', { source: request.chargingLimit.chargingLimitSource }),
    ClearedChargingLimit: (request) =>
      note('ChargingLimitCleared', { source: request.chargingLimitSource }),
    ReportChargingProfiles: (request) =>
      note('ChargingProfiles', {
        request: request.requestId,
        profiles: request.chargingProfile.length,
      }),
    FirmwareStatusNotification: (request) => note('FirmwareStatus', { status: request.status }),
    LogStatusNotification: (request) => note('LogStatus', { status: request.status }),
    ReservationStatusUpdate: (request) =>
      note('Reservation', { status: request.reservationUpdateStatus }),
  }
}
