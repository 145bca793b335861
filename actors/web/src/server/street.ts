import { fromIso } from '@interlock/kernel'
import type { StationRow } from '../shared/shapes.ts'
import { maySee, owns, type Person } from './access.ts'
import type { Home } from './config-schema.ts'

/** A row before it is known who looks at it. */
export type UnseenRow = Omit<StationRow, 'own'>

const stationsMax = 5_000
const textMax = 200

/** Reads the CSMS's answer; a row that cannot be read is left out rather than guessed at. */
export function parseStations(answer: unknown, homes: readonly Home[]): readonly UnseenRow[] {
  if (!Array.isArray(answer)) return []
  const places = new Map(homes.map((home) => [home.station, home.place]))
  return answer.slice(0, stationsMax).flatMap((each: unknown) => {
    const row = parseStation(each, places)
    return row === undefined ? [] : [row]
  })
}

function parseStation(value: unknown, places: Map<string, string>): UnseenRow | undefined {
  const row = record(value)
  const stationId = row['stationId']
  if (typeof stationId !== 'string' || stationId.length > 48) return undefined
  const override = record(row['override'])
  const goal = record(row['goal'])
  const departure = moment(goal['departure'])
  return {
    stationId,
    place: places.get(stationId) ?? stationId,
    ratingWatts: number(row['ratingWatts']),
    connected: row['connected'] === true,
    trustMode: text(row['trustMode']),
    identifiedBy: text(row['identifiedBy']),
    state: text(row['state']) || text(row['status']),
    why: text(row['why']),
    until: moment(row['until']),
    powerWatts: number(row['powerWatts']),
    setPointWatts: number(row['setPointWatts']),
    energyWattHours: number(row['energyWattHours']),
    cost: costOf(record(row['cost'])),
    override:
      row['override'] == null
        ? undefined
        : {
            action: text(override['action']),
            until: moment(override['until']),
            by: text(override['by']),
          },
    goal:
      departure === undefined
        ? undefined
        : { departure, energyWattHours: number(goal['energyWattHours']) },
    waitingFor: text(row['waitingFor']) || undefined,
    refused: refusedOf(record(row['refused'])),
    hasLlcs: row['llcs'] != null && row['llcs'] !== false,
  }
}

function costOf(row: Readonly<Record<string, unknown>>): UnseenRow['cost'] {
  const { totalCost, final } = row
  const currency = text(row['currency'])
  return typeof totalCost !== 'number' || !/^[A-Z]{3}$/.test(currency)
    ? undefined
    : { totalCost: number(totalCost), currency, final: final === true }
}

function refusedOf(row: Readonly<Record<string, unknown>>): UnseenRow['refused'] {
  const at = moment(row['at'])
  const [action, reason] = [text(row['action']), text(row['reason'])]
  return at === undefined || reason === '' ? undefined : { at, action, reason }
}

/** The frequency that the first charger that measures it has reported. */
export function hertzOf(answer: unknown): number | undefined {
  const rows: unknown[] = Array.isArray(answer) ? answer : []
  const measured = rows.map((row) => record(row)['hertz'])
  return measured.find((each): each is number => typeof each === 'number')
}

/** What this person may see of the street. */
export const seenBy = (person: Person, rows: readonly UnseenRow[]): readonly StationRow[] =>
  rows
    .filter((row) => maySee(person, row.stationId))
    .map((row) => ({ ...row, own: owns(person, row.stationId) }))

export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

export const text = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, textMax) : ''
export const number = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : 0

/** ms since 1970, or an RFC 3339 text. */
const moment = (value: unknown): number | undefined => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return typeof value === 'string' ? fromIso(value) : undefined
}
