import type { Handler } from '@interlock/ocpp'
import { baseReport } from '../device-model/report.ts'
import { notifyReport } from '../notify-report.ts'
import type { Station } from '../station.ts'

/** B07. */
export const getBaseReport =
  (station: Station): Handler<'GetBaseReport'> =>
  ({ requestId, reportBase }) => {
    notifyReport(station, requestId, baseReport(station.model.inventory(), reportBase))
    return { status: 'Accepted' }
  }
