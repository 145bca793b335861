import { CallError, type Handler } from '@interlock/ocpp'
import { customReport } from '../device-model/report.ts'
import { notifyReport } from '../notify-report.ts'
import type { Station } from '../station.ts'

/** B08. A report about nothing is not sent (B08.FR.02). */
export const getReport =
  (station: Station): Handler<'GetReport'> =>
  (request) => {
    const { model, evse } = station
    const items = request.componentVariable?.length ?? 0
    // B08.FR.17
    if (items > model.setting('DeviceDataCtrlr', 'ItemsPerMessage', 'GetReport'))
      throw new CallError('OccurrenceConstraintViolation', 'too many items for GetReport')
    const report = customReport(model.inventory(), evse, request)
    if (report.length === 0) return { status: 'EmptyResultSet' }
    notifyReport(station, request.requestId, report)
    return { status: 'Accepted' }
  }
