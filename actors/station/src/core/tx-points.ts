import { isOutOfService } from './availability.ts'
import type { Charger } from './charger.ts'

/** What TxStartPoint and TxStopPoint may name (Part 2, TxStartPointEnumType). */
export const txPoints = [
  'ParkingBayOccupancy',
  'EVConnected',
  'Authorized',
  'PowerPathClosed',
  'EnergyTransfer',
  'DataSigned',
] as const
export type TxPoint = (typeof txPoints)[number]

const isPlugged = ({ vehicle }: Charger): boolean => vehicle !== undefined
const isAuthorised = ({ authorisation }: Charger): boolean => authorisation.state === 'allowed'
const isClosed = (charger: Charger): boolean => isPlugged(charger) && isAuthorised(charger)

/** Whether each point holds. The meter signs its reading as the power path closes and opens. */
const holds: Readonly<Record<TxPoint, (charger: Charger) => boolean>> = {
  ParkingBayOccupancy: ({ bay }) => bay !== undefined,
  EVConnected: isPlugged,
  Authorized: isAuthorised,
  PowerPathClosed: isClosed,
  EnergyTransfer: (charger) => isPlugged(charger) && charger.meter.powerWatts > 0,
  DataSigned: isClosed,
}

/**
 * Out of service nothing begins; what holds when the charger is back in it begins then (G03, G04). What
 * its owner has it charge all the same is a transaction like any other.
 */
const begins = (charger: Charger, point: TxPoint): boolean =>
  (!isOutOfService(charger.outOfService) || charger.override?.action === 'charge') &&
  holds[point](charger)

/** The points among `points` that hold after and did not before (E01.FR.01 … E01.FR.06). */
export const risen = (before: Charger, after: Charger, points: readonly TxPoint[]): TxPoint[] =>
  points.filter((point) => !begins(before, point) && begins(after, point))

/** Those that held before and do not after (E06.FR.01 … E06.FR.07). */
export const fallen = (before: Charger, after: Charger, points: readonly TxPoint[]): TxPoint[] =>
  points.filter((point) => holds[point](before) && !holds[point](after))
