import { Fault, instant, type Instant } from '@interlock/kernel'
import { badLine, readCsv } from './csv.ts'
import { dayOf } from './tariff-file.ts'

/** One reading of grid frequency. */
export type FrequencyRow = { readonly at: Instant; readonly hertz: number }

/** What a meter in Britain can see; anything else is a broken file, not a grid. */
const hertzMin = 45
const hertzMax = 55

/**
 * One-second readings: time in UTC and hertz, with an optional header; times ascend. A file without any is
 * refused: what was never measured would be told as a grid that was always well.
 *
 * @throws Fault BadLine | FileUnreadable | NoReadings
 */
export function readFrequencyFile(path: string): readonly FrequencyRow[] {
  const rows: FrequencyRow[] = []
  for (const [index, { number, cells }] of readCsv(path).entries()) {
    const at = Date.parse((cells[0] ?? '').trim().replace(' ', 'T').replace(/Z?$/, 'Z'))
    const hertz = Number(cells[1])
    if (Number.isNaN(at)) {
      if (index === 0) continue
      throw badLine(path, number, `“${cells[0] ?? ''}” is not a UTC time`)
    }
    if (cells[1] === undefined || cells[1].trim() === '' || !(hertz > hertzMin && hertz < hertzMax))
      throw badLine(path, number, `“${cells[1] ?? ''}” is not a grid frequency in hertz`)
    const last = rows.at(-1)
    if (last !== undefined && at <= last.at)
      throw badLine(path, number, 'the time does not come after the line before')
    rows.push({ at: instant(at), hertz })
  }
  if (rows.length === 0)
    throw new Fault('NoReadings', `${path}: there is no reading of frequency in it`, {
      remedy: 'give lines such as 2026-06-23 00:00:00,50.036',
    })
  return rows
}

/** Lays the readings on the world's calendar: the first day of the file becomes the world's. */
export function layFrequency(
  rows: readonly FrequencyRow[],
  worldStart: Instant,
  worldEnd: Instant,
): readonly FrequencyRow[] {
  const [first] = rows
  if (first === undefined) return []
  const shift = dayOf(worldStart) - dayOf(first.at)
  return rows
    .map((row) => ({ at: instant(row.at + shift), hertz: row.hertz }))
    .filter((row) => row.at >= worldStart && row.at < worldEnd)
}
