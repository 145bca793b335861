import { Fault, instant } from '@interlock/kernel'
import { readText } from '../files/csv.ts'
import { blockMillis, type LoadSeries } from '@interlock/dso'

/**
 * Reads a substation's file of 10-minute means (`timestamp,Description,kW`, one row for each phase of
 * each feeder, times without a zone taken as UTC) into one series for each feeder, its phases summed.
 * A block of 15 minutes is one and a half of the file's.
 * @throws Error when a row is not of that form, or a feeder's times have gaps.
 */
export function readFeederFile(text: string): Map<string, LoadSeries> {
  const feeders = new Map<string, Map<number, number>>()
  const [header, ...rows] = text.trimEnd().split(/\r?\n/)
  if (header !== 'timestamp,Description,kW') throw new Error(`not a feeder file: ${header}`)
  for (const row of rows) {
    const [, time = '', name = '', kilowatts] =
      /^([^,]+),(.+) - L[123] Active Power,(-?[\d.]+)$/.exec(row) ?? []
    const at = Date.parse(`${time.replace(' ', 'T')}Z`)
    if (Number.isNaN(at)) throw new Error(`not a row of a feeder file: ${row}`)
    const loads = feeders.get(name) ?? new Map<number, number>()
    loads.set(at, (loads.get(at) ?? 0) + Number(kilowatts) * 1000)
    feeders.set(name, loads)
  }
  return new Map([...feeders].map(([name, loads]) => [name, seriesOf(name, loads)]))
}

/** The same of a file. @throws Fault `FileUnreadable` or `BadFile` */
export function readFeeders(path: string): Map<string, LoadSeries> {
  const text = readText(path)
  try {
    return readFeederFile(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('BadFile', `${path}: ${why}`, {
      cause,
      remedy: 'mend the file, or leave it out',
    })
  }
}

const rowMillis = 10 * 60_000

function seriesOf(name: string, loads: ReadonlyMap<number, number>): LoadSeries {
  const times = [...loads.keys()].sort((a, b) => a - b)
  const from = times[0] ?? 0
  if (from % blockMillis !== 0) throw new Error(`${name} does not begin on a quarter of an hour`)
  const at = (row: number): number => {
    const load = loads.get(from + row * rowMillis)
    if (load === undefined) throw new Error(`${name} has a gap`)
    return load
  }
  const watts: number[] = []
  for (let row = 0; row + 2 < times.length; row += 3)
    watts.push((2 * at(row) + at(row + 1)) / 3, (at(row + 1) + 2 * at(row + 2)) / 3)
  return { from: instant(from), watts }
}
