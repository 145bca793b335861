import type { Eui64, Instant, StationId } from '@interlock/kernel'
import type { HoursInForce } from '@interlock/power'

/** Where a device is in its life. */
export const deviceStates = [
  'prenotified',
  'authorised',
  'commissioned',
  'suspended',
  'decommissioned',
] as const
export type DeviceState = (typeof deviceStates)[number]

export const trustModes = ['supervised', 'standard'] as const
export type TrustMode = (typeof trustModes)[number]

/** What the register knows of a charging station. */
export type Device = {
  readonly stationId: StationId
  readonly eui: Eui64
  /** Highest power of one EVSE. */
  readonly ratingWatts: number
  /** EVSE ids. */
  readonly evses: readonly number[]
  readonly delaySecondsMax: number
  /** What it may follow without a schedule: more than one while its owner's other hours are under way. */
  readonly hours: readonly HoursInForce[]
  /** Counters of the statements that it has them from; 0: as it was sold. */
  readonly hoursStatements: readonly number[]
  readonly region: string
  readonly feeder: string
  /** The organisations bound to it today. */
  readonly csms: Eui64
  readonly dsrsp: Eui64 | undefined
  readonly llcs: Eui64 | undefined
  readonly firmwareSha256: string
  readonly secretSha256: string
  readonly state: DeviceState
  /** *Supervised* devices gate commands themselves; *standard* ones only know OCPP. */
  readonly trust: TrustMode
  /** SHA-256, hex, of the key that first contact was used for. */
  readonly firstContactKey: string | undefined
  /** The certificate in force, with its chain. */
  readonly chainPem: string | undefined
  readonly serialHex: string | undefined
  readonly notifiedAt: Instant
}

/** Life moves along these; everything else is refused. */
const transitions: Readonly<Record<DeviceState, readonly DeviceState[]>> = {
  prenotified: ['decommissioned'],
  authorised: ['commissioned', 'suspended', 'decommissioned'],
  commissioned: ['suspended', 'decommissioned'],
  suspended: ['commissioned', 'decommissioned'],
  decommissioned: [],
}
export const mayBecome = (from: DeviceState, to: DeviceState): boolean =>
  transitions[from].includes(to)

/** Commands are seconded, and certificates renewed, for these only. */
export const isInService = ({ state }: Device): boolean =>
  state === 'authorised' || state === 'commissioned'

/** All its EVSEs together, or one of them; EVSE 0 is the station as a whole. */
export const ratingOf = (device: Device, evse: number): number =>
  evse === 0 ? device.ratingWatts * device.evses.length : device.ratingWatts
