import { eui64, instant, stationId } from '@interlock/kernel'
import { soldHours } from '@interlock/power'
import type { Device } from './device.ts'

/** A home charger as the register knows it, sold as every one is. */
export const eui = eui64('02-00-00-00-00-00-00-01')
export const rating = 7_000
export const device: Device = {
  stationId: stationId('S1'),
  eui,
  ratingWatts: rating,
  evses: [1],
  delaySecondsMax: 600,
  hours: [soldHours],
  hoursStatements: [0],
  region: 'GB-EAST',
  feeder: 'F',
  csms: eui,
  dsrsp: undefined,
  llcs: undefined,
  firmwareSha256: '',
  secretSha256: '',
  state: 'commissioned',
  trust: 'supervised',
  firstContactKey: undefined,
  chainPem: undefined,
  serialHex: undefined,
  notifiedAt: instant(0),
}
