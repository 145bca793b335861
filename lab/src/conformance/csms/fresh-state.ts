import type { StationDocument } from '@interlock/csms'

const nothing = { items: [], next: null }

/**
 * What the state API of a CSMS that has just been installed shows, for any station; `undefined` where
 * it has nothing to show. The same whatever happens.
 */
export function freshState(pathname: string): unknown {
  if (pathname === '/healthz') return { status: 'ok' }
  if (pathname === '/api/v1/stations') return nothing
  const [, collection, stationId, resource, ...more] = pathname.split('/').slice(2)
  if (collection !== 'stations')
    return lists.has(collection ?? '') && stationId === undefined ? nothing : undefined
  if (resource === undefined)
    return { ...unheardOf(decodeURIComponent(stationId ?? '')), refusedCommands: [] }
  if (more.length > 0 || askedOfStation.has(resource)) return undefined
  return documents.get(resource) ?? nothing
}

/** Only the station itself can answer. */
const askedOfStation: ReadonlySet<string> = new Set(['owner-keys', 'charging-hours'])

/** Besides those of a station. */
const lists: ReadonlySet<string> = new Set([
  'capacity',
  'dead-letters',
  'knocks',
  'messages',
  'tokens',
])

const eui = '00-00-00-00-00-00-00-01' as StationDocument['eui']

/** What a station has that is no list in pages. */
const documents: ReadonlyMap<string, object> = new Map<string, object>([
  ['guests', { guests: [] }],
  ['local-list', { version: 0, reportedVersion: null, entries: [] }],
  ['usage', { station: eui, unit: 'Wh', intervals: [] }],
])

/** A station in the database, of which nothing has come. */
const unheardOf = (stationId: string): StationDocument => ({
  stationId: stationId as StationDocument['stationId'],
  eui,
  llcs: null,
  meter: null,
  feeder: 'FEEDER',
  evse: 1,
  ratingWatts: 7_000,
  enrolled: false,
  connected: false,
  trustMode: 'standard',
  identifiedBy: 'none',
  securityProfile: null,
  bootPolicy: 'Accepted',
  boot: null,
  evses: [1],
  status: 'Unknown',
  state: null,
  why: null,
  until: null,
  waitingFor: null,
  override: null,
  setPointWatts: null,
  powerWatts: null,
  hertz: null,
  meterWattHours: null,
  energyWattHours: null,
  cost: null,
  transactionId: null,
  goal: null,
  plan: null,
  schedule: null,
  refused: null,
  supplied: null,
})
