import type { Request } from '@interlock/ocpp'

export type Profile = Request<'SetChargingProfile'>['chargingProfile']
type Schedule = Profile['chargingSchedule'][number]

const halfDay = 43_200

/** One level for an hour, in amperes, from now or as said. */
export const schedule = (id: number, limit: number, more: Partial<Schedule> = {}): Schedule => ({
  id,
  chargingRateUnit: 'A',
  duration: 3_600,
  chargingSchedulePeriod: [{ startPeriod: 0, limit, numberPhases: 1 }],
  ...more,
})

const absolute = (id: number, limit: number): Schedule =>
  schedule(id, limit, { startSchedule: new Date().toISOString() })

/** The profiles that the cases speak of; each may be changed in one thing. */
export const profiles = {
  default: (id: number, more: Partial<Profile> = {}): Profile => ({
    id,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: [absolute(id, 10)],
    ...more,
  }),
  station: (id: number, more: Partial<Profile> = {}): Profile => ({
    id,
    stackLevel: 0,
    chargingProfilePurpose: 'ChargingStationMaxProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: [absolute(id, 16)],
    ...more,
  }),
  transaction: (id: number, transactionId: string, more: Partial<Profile> = {}): Profile => ({
    id,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Absolute',
    transactionId,
    chargingSchedule: [absolute(id, 8)],
    ...more,
  }),
  daily: (id: number): Profile => ({
    id,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Recurring',
    recurrencyKind: 'Daily',
    chargingSchedule: [{ ...absolute(id, 12), duration: halfDay }],
  }),
} as const

/** As the state API lists what is installed. */
export const listed = (evseId: number, profile: Profile) => {
  const { id, chargingProfilePurpose, chargingProfileKind, stackLevel } = profile
  return {
    evseId,
    chargingProfile: { id, chargingProfilePurpose, chargingProfileKind, stackLevel },
  }
}
export const withId = (id: number) => ({ chargingProfile: { id } })
