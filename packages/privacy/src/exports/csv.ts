import { toIso } from '@interlock/kernel'
import type { MeterHistory } from './interval.ts'

const header = ['station', 'from', 'until', 'import_wh', 'export_wh', 'quality']

/** RFC 4180, lines ended by CRLF. */
export function toCsv({ station, intervals }: MeterHistory): string {
  const rows = intervals.map((each) => [
    station,
    toIso(each.from),
    toIso(each.until),
    each.importWattHours,
    each.exportWattHours,
    each.isEstimated ? 'estimated' : 'measured',
  ])
  return [header, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
}

/** Text that a spreadsheet would take for a formula is told to be text; a number below zero is a number. */
function cellOf(value: string | number): string {
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : ''
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
