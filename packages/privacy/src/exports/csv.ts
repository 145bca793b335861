import { toIso } from '@interlock/kernel'
import type { MeterHistory } from './interval.ts'

const header = ['station', 'from', 'until', 'import_wh', 'export_wh', 'quality']

/** RFC 4180, lines ended by CRLF. No cell can begin a formula: all are names, times and numbers of ours. */
export function toCsv({ station, intervals }: MeterHistory): string {
  const rows = intervals.map((each) => [
    station,
    toIso(each.from),
    toIso(each.until),
    each.importWattHours,
    each.exportWattHours,
    each.isEstimated ? 'estimated' : 'measured',
  ])
  return [header, ...rows].map((row) => `${row.join(',')}\r\n`).join('')
}
