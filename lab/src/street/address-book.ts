import { eui64, stationId, type Eui64, type Role, type StationId } from '@interlock/kernel'

/** Who lives in the street: every identity of the demo, from its size alone. */

export const organisations = {
  authority: eui64('02-00-00-00-00-00-00-01'),
  supervisor: eui64('02-00-00-00-00-00-00-02'),
  csms: eui64('02-00-00-00-00-00-00-03'),
  dsrsp: eui64('02-00-00-00-00-00-00-04'),
  dcc: eui64('02-00-00-00-00-00-00-05'),
  supplier: eui64('02-00-00-00-00-00-00-06'),
  web: eui64('02-00-00-00-00-00-00-07'),
  dso: eui64('02-00-00-00-00-00-00-08'),
  broker: eui64('02-00-00-00-00-00-00-09'),
  keys: eui64('02-00-00-00-00-00-00-0A'),
  emsp: eui64('02-00-00-00-00-00-00-0B'),
  cir: eui64('02-00-00-00-00-00-00-0C'),
} as const
export type Server = keyof typeof organisations
export const servers = Object.keys(organisations) as Server[]
/** What its certificates say that a server is. */
export const roleOf = (server: Server): Role => (server === 'keys' ? 'keyserver' : server)

export const region = 'GB-EAST'
export const feeder = 'ACACIA-1'
/** Of the meter at its head. */
export const feederMeter = eui64('02-00-00-00-00-00-00-18')

/** A single-phase home charger of 32 A. */
export const ratingWatts = 7_360
export const fuseWatts = 18_400

export type Home = {
  readonly number: number
  readonly address: string
  readonly stationId: StationId
  readonly station: Eui64
  readonly llcs: Eui64
  readonly meter: Eui64
  readonly hub: Eui64
}

export function homeOf(number: number): Home {
  const eui = (kind: string): Eui64 =>
    eui64(`02-00-00-${kind}-00-00-${hex(number >> 8)}-${hex(number & 0xff)}`)
  return {
    number,
    address: `${number} Acacia Avenue`,
    stationId: stationId(`ACACIA-${String(number).padStart(3, '0')}`),
    station: eui('01'),
    llcs: eui('02'),
    meter: eui('03'),
    hub: eui('04'),
  }
}

export const homesOf = (count: number): readonly Home[] =>
  Array.from({ length: count }, (_, index) => homeOf(index + 1))

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')
