import { toIso } from '@interlock/kernel'
import type { Inventory } from './device-model/report.ts'
import { reportData } from './device-model/report.ts'
import { afterAnswer } from './after-answer.ts'
import type { Station } from './station.ts'

/** Entries in one message; their bytes stay well inside one frame. */
const entriesPerPage = 25

/** B07.FR.04 … .12: the report in pages, each after the one before was acknowledged. */
export function notifyReport(station: Station, requestId: number, inventory: Inventory): void {
  const { caller, deps, evse, ratings } = station
  const maxima = { 'EVSE.Power': ratings.ratingWatts }
  const generatedAt = toIso(deps.clock.now())
  const pages = Math.max(1, Math.ceil(inventory.length / entriesPerPage))
  afterAnswer(station, 'NotifyReport', async () => {
    for (let seqNo = 0; seqNo < pages; seqNo++) {
      const from = seqNo * entriesPerPage
      const page = inventory.slice(from, from + entriesPerPage)
      await caller.call(
        'NotifyReport',
        {
          requestId,
          generatedAt,
          seqNo,
          tbc: seqNo + 1 < pages,
          reportData: page.map((entry) => reportData(entry, evse, maxima)),
        },
        { solicited: true },
      )
    }
  })
}
