import type { Handler, Request } from '@interlock/ocpp'
import { meets, type Criterion } from '@interlock/power'
import { afterAnswer } from '../after-answer.ts'
import type { StoredProfile } from '../core/memory.ts'
import type { Station } from '../station.ts'

type Source = Request<'ReportChargingProfiles'>['chargingLimitSource']
type Report = Omit<Request<'ReportChargingProfiles'>, 'requestId' | 'tbc'>

/** Profiles in one report; the rest is to be continued. */
const profilesPerReport = 4

/** K09: which profiles are held, reported after the answer, one source and EVSE at a time. */
export const getChargingProfiles =
  (station: Station): Handler<'GetChargingProfiles'> =>
  ({ requestId, evseId, chargingProfile: asked }) => {
    const { chargingProfileId, chargingProfilePurpose, stackLevel, chargingLimitSource } = asked
    const criterion: Criterion = {
      ...(evseId === undefined ? {} : { evse: evseId }),
      ...(chargingProfileId === undefined ? {} : { ids: chargingProfileId }),
      ...(chargingProfilePurpose === undefined ? {} : { purpose: chargingProfilePurpose }),
      ...(stackLevel === undefined ? {} : { stackLevel }),
    }
    const found = station.keeper.memory.profiles.filter(
      (each) =>
        meets(each, criterion) &&
        (chargingLimitSource === undefined || chargingLimitSource.includes(sourceOf(each))),
    )
    if (found.length === 0) return { status: 'NoProfiles' }
    afterAnswer(station, 'ReportChargingProfiles', async () => {
      const reports = reportsOf(found)
      for (const [at, report] of reports.entries()) {
        const tbc = at + 1 < reports.length
        await station.caller.call(
          'ReportChargingProfiles',
          { ...report, requestId, tbc },
          { solicited: true },
        )
      }
    })
    return { status: 'Accepted' }
  }

const sourceOf = ({ source }: StoredProfile): Source => source ?? 'CSO'

function reportsOf(found: readonly StoredProfile[]): readonly Report[] {
  const reports: Report[] = []
  for (const stored of found) {
    const { profile, evse: evseId } = stored
    const chargingLimitSource = sourceOf(stored)
    const open = reports.find(
      (each) =>
        each.evseId === evseId &&
        each.chargingLimitSource === chargingLimitSource &&
        each.chargingProfile.length < profilesPerReport,
    )
    if (open !== undefined) open.chargingProfile.push(profile)
    else reports.push({ evseId, chargingLimitSource, chargingProfile: [profile] })
  }
  return reports
}
