import { profiles } from '../../csms/profiles.ts'
import { stationCase, type StationScene } from '../../station/case.ts'
import { holds, holdsNone, sets, type Held } from '../../station/charging-profiles.ts'
import { chargesAt } from '../../station/draw.ts'
import { here } from '../../station/states.ts'

const ofStation: Held = { evseId: 0, profile: profiles.station(201, { stackLevel: 1 }) }
const ofEvse: Held = { evseId: here.id, profile: profiles.default(202, { stackLevel: 2 }) }

/** One profile of the station and one of the EVSE; asked for some, it reports these. */
const reported = (
  id: string,
  asked: Parameters<typeof holds>[1],
  expected: readonly Held[],
  then?: (scene: StationScene) => Promise<unknown>,
) =>
  stationCase(id, async (scene) => {
    await scene.csms.boots()
    for (const { evseId, profile } of [ofStation, ofEvse]) await sets(scene, profile, { evseId })
    await holds(scene, asked, expected)
    await then?.(scene)
    // What is reported is in force: the lower of the two.
    await chargesAt(scene, 10)
  })

const evseId = here.id
const chargingProfilePurpose = 'TxDefaultProfile'
const { stackLevel } = ofEvse.profile

export const profilesReported = [
  reported('TC_K_29_CS', { evseId: 0 }, [ofStation]),
  reported('TC_K_30_CS', { evseId }, [ofEvse]),
  reported('TC_K_31_CS', {}, [ofStation, ofEvse]),
  reported('TC_K_32_CS', { chargingProfile: { chargingProfileId: [201] } }, [ofStation]),
  reported('TC_K_33_CS', { evseId, chargingProfile: { stackLevel } }, [ofEvse]),
  reported(
    'TC_K_34_CS',
    { evseId, chargingProfile: { chargingLimitSource: ['CSO'] } },
    [ofEvse],
    (scene) => holdsNone(scene, { chargingLimitSource: ['EMS'] }, evseId),
  ),
  reported('TC_K_35_CS', { evseId, chargingProfile: { chargingProfilePurpose } }, [ofEvse]),
  reported('TC_K_36_CS', { evseId, chargingProfile: { chargingProfilePurpose, stackLevel } }, [
    ofEvse,
  ]),

  stationCase('TC_K_52_CS', async (scene) => {
    const { csms, station } = scene
    const requestId = 752
    const purpose = 'ChargingStationExternalConstraints'
    await csms.boots()
    await station.limitedFromOutside(1_380)
    await csms.isSent('NotifyChargingLimit', { chargingLimit: { chargingLimitSource: 'EMS' } })
    await csms.sends(
      'GetChargingProfiles',
      { requestId, chargingProfile: { chargingProfilePurpose: purpose } },
      { status: 'Accepted' },
    )
    await csms.isSent('ReportChargingProfiles', {
      requestId,
      chargingLimitSource: 'EMS',
      chargingProfile: [{ chargingProfilePurpose: purpose }],
    })
    await chargesAt(scene, 6)
  }),
]
