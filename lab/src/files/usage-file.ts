import { fromIso, instant, type Instant } from '@interlock/kernel'
import { halfHourMillis } from '@interlock/power'
import { usageIntervalsMax, usageProblem, usageProblems, type Usage } from '@interlock/tariff'
import { badLine, readCsv, type Line } from './csv.ts'

/**
 * What a meter recorded: `from,until,wattHours`, or `from,wattHours` for half-hours, with or without
 * a header line; UTC, whole watt-hours, in order of time and without overlaps. Gaps are gaps.
 *
 * @throws Fault BadLine | FileUnreadable
 */
export function readUsageFile(path: string): Usage {
  const all = readCsv(path)
  const headed = all[0] !== undefined && timeOf(all[0].cells[0]) === undefined
  const lines = headed ? all.slice(1) : all
  if (lines.length > usageIntervalsMax)
    throw badLine(path, lines[usageIntervalsMax]?.number ?? 0, 'there are too many lines')
  const usage = lines.map((line) => intervalOf(path, line))
  const problem = usageProblem(usage)
  if (problem === undefined) return usage
  throw badLine(path, lines[problem.index]?.number ?? 1, usageProblems[problem.reason])
}

function intervalOf(path: string, { number, cells }: Line): Usage[number] {
  const energy = cells.at(-1)?.trim() ?? ''
  const from = timeOf(cells[0])
  const until = cells.length === 2 ? from && instant(from + halfHourMillis) : timeOf(cells[1])
  if (from === undefined || until === undefined || cells.length > 3)
    throw badLine(path, number, 'it must be from,until,wattHours or from,wattHours, in UTC')
  if (energy === '' || !Number.isFinite(Number(energy)))
    throw badLine(path, number, `“${energy}” is not an energy in watt-hours`)
  return { from, until, wattHours: Number(energy) }
}

const timeOf = (text = ''): Instant | undefined => fromIso(text.trim())
