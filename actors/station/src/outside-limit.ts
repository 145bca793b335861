import { toIso } from '@interlock/kernel'
import { CallFailed, type Request } from '@interlock/ocpp'
import type { ChargingProfile } from '@interlock/power'
import type { StoredProfile } from './core/memory.ts'
import { wordOf } from './session.ts'
import type { Station } from './station.ts'

/** A limit that comes from outside, over no protocol of ours. */
export type OutsideLimit = {
  readonly watts: number
  readonly source: 'EMS' | 'SO' | 'Other'
  readonly isGridCritical?: boolean
}

/** K11.FR.06: outside limits have ids of their own. */
const outsideId = 2_147_483_647
const lastsSeconds = 366 * 24 * 3_600
const purpose = 'ChargingStationExternalConstraints'

/**
 * K11/K12. It counts at once, against every profile, and is told to the CSMS where it lowers or
 * raises what is charged by more than LimitChangeSignificance (K12.FR.02, K13.FR.02).
 */
export function limitFromOutside(station: Station, limit: OutsideLimit | undefined): void {
  const { keeper, charging, model } = station
  const held = keeper.memory.profiles
  const before = held.find((each) => each.profile.chargingProfilePurpose === purpose)
  const others = held.filter((each) => each !== before)
  if (limit === undefined) {
    if (before === undefined) return
    charging.update({ profiles: others })
    tell(station, 'ClearedChargingLimit', { chargingLimitSource: before.source ?? 'Other' })
    return
  }
  const profile = profileOf(station, limit)
  const stored: StoredProfile = { ...wordOf(station), evse: 0, profile, source: limit.source }
  charging.update({ profiles: [...others, stored] })
  const was = before?.profile.chargingSchedule[0]?.chargingSchedulePeriod[0]?.limit
  const { ratingWatts } = station.ratings
  const change = Math.abs((was ?? ratingWatts) - limit.watts)
  if (change * 100 < ratingWatts * model.setting('SmartChargingCtrlr', 'LimitChangeSignificance'))
    return
  const withSchedules = model.setting('SmartChargingCtrlr', 'NotifyChargingLimitWithSchedules')
  tell(station, 'NotifyChargingLimit', {
    chargingLimit: {
      chargingLimitSource: limit.source,
      ...(limit.isGridCritical === undefined ? {} : { isGridCritical: limit.isGridCritical }),
    },
    ...(withSchedules ? { chargingSchedule: profile.chargingSchedule } : {}),
  })
}

const profileOf = ({ deps }: Station, { watts }: OutsideLimit): ChargingProfile => ({
  id: outsideId,
  stackLevel: 0,
  chargingProfilePurpose: purpose,
  chargingProfileKind: 'Absolute',
  chargingSchedule: [
    {
      id: outsideId,
      startSchedule: toIso(deps.clock.now()),
      duration: lastsSeconds,
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: Math.max(0, Math.round(watts)) }],
    },
  ],
})

function tell<A extends 'NotifyChargingLimit' | 'ClearedChargingLimit'>(
  { caller, background }: Station,
  action: A,
  payload: unknown,
): void {
  if (!caller.online()) return
  void background(action, async () => {
    try {
      await caller.call(action, payload as Request<A>)
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
    }
  })
}
