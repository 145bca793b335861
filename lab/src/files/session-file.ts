import { badLine, readCsv, type Line } from './csv.ts'

/** One charging session as a file tells it. Times are ms since midnight of the day it began. */
export type SessionRow = {
  readonly pluggedInMillis: number
  readonly durationMillis: number
  readonly energyWattHours: number
}

type Format = {
  readonly header: RegExp
  readonly separator: string
  readonly read: (cells: readonly string[]) => { from: string; until: string; energy: string }
}

/** The shapes we know, by their first line. */
const formats: readonly Format[] = [
  {
    header: /^ChargingEvent,CPID,StartDate,StartTime,EndDate,EndTime,Energy/,
    separator: ',',
    read: (c) => ({ from: `${c[2]}T${c[3]}Z`, until: `${c[4]}T${c[5]}Z`, energy: c[6] ?? '' }),
  },
  {
    header: /^"?location"?;"?user_id"?;"?session_id"?;"?plugin_time"?;"?plugout_time"?/,
    separator: ';',
    read: (c) => ({
      from: `${c[3]?.replace(' ', 'T')}Z`,
      until: `${c[4]?.replace(' ', 'T')}Z`,
      energy: (c[6] ?? '').replace(',', '.'),
    }),
  },
]

/** What a file writes in place of an end that nobody saw. */
const noEnd = 'NAZ'

/**
 * Sessions of a file in a format we know. Sessions without energy, without an end, or that end before
 * they begin, are left out: real files hold some.
 *
 * @throws Fault BadLine | FileUnreadable
 */
export function readSessionFile(path: string): readonly SessionRow[] {
  const first = readCsv(path)[0]?.cells.join(',') ?? ''
  const format = formats.find(
    (each) => each.header.test(first) || each.header.test(first.replaceAll(',', ';')),
  )
  if (format === undefined)
    throw badLine(path, 1, 'the header is not that of a session file this program knows')
  return readCsv(path, format.separator)
    .slice(1)
    .map((line) => sessionOf(path, line, format))
    .filter((session) => session.durationMillis > 0 && session.energyWattHours > 0)
}

function sessionOf(path: string, line: Line, format: Format): SessionRow {
  const { from, until, energy } = format.read(line.cells)
  const begins = Date.parse(from)
  const ends = until === noEnd ? begins : Date.parse(until)
  const kilowattHours = Number(energy)
  if (Number.isNaN(begins) || Number.isNaN(ends))
    throw badLine(path, line.number, 'a date or time is not one')
  if (energy.trim() === '' || !Number.isFinite(kilowattHours))
    throw badLine(path, line.number, `“${energy}” is not an energy in kWh`)
  return {
    pluggedInMillis: begins % 86_400_000,
    durationMillis: ends - begins,
    energyWattHours: Math.round(kilowattHours * 1000),
  }
}
