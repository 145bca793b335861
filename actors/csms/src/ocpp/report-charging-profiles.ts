import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** K09: the profiles that the station holds, in its own words. */
export const reportChargingProfiles =
  (context: Context, { stationId }: Sender): Handler<'ReportChargingProfiles'> =>
  async ({ requestId, evseId, chargingLimitSource, chargingProfile, tbc }) => {
    const profiles = chargingProfile.map((profile) =>
      learned('profile', profile.id, {
        evseId,
        source: chargingLimitSource,
        reported: true,
        chargingProfile: profile,
      }),
    )
    const key = `ReportChargingProfiles/${requestId}`
    const before = await context.known.find(stationId, 'report', key)
    const earlier = (before?.value['profiles'] ?? []) as number[]
    const report = {
      requestId,
      message: 'ReportChargingProfiles',
      profiles: [...new Set([...earlier, ...chargingProfile.map(({ id }) => id)])],
      complete: tbc !== true,
    }
    await note(context, stationId, ...profiles, learned('report', key, report))
    return {}
  }
