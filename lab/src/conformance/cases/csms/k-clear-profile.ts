import { csmsCase } from '../../csms/case.ts'
import { listed, profiles, withId } from '../../csms/profiles.ts'
import { without } from '../../match.ts'

export const clearProfiles = [
  csmsCase('TC_K_05_CSMS', async ({ station, csms }) => {
    await station.boots()
    const chargingProfile = profiles.default(205)
    await csms.sends('SetChargingProfile', { evseId: 1, chargingProfile })
    await csms.knowsOf('profiles', listed(1, chargingProfile))
    await csms.sends('ClearChargingProfile', { chargingProfileId: 205 })
    await csms.knows('profiles', without(withId(205)), 'the profile is gone')
  }),

  csmsCase('TC_K_06_CSMS', async ({ station, csms }) => {
    await station.boots()
    const gone = profiles.default(206)
    const kept = profiles.default(207, { stackLevel: 1 })
    await csms.sends('SetChargingProfile', { evseId: 1, chargingProfile: gone })
    await csms.sends('SetChargingProfile', { evseId: 1, chargingProfile: kept })
    await csms.knowsOf('profiles', listed(1, gone))
    await csms.sends('ClearChargingProfile', {
      chargingProfileCriteria: {
        evseId: 1,
        chargingProfilePurpose: 'TxDefaultProfile',
        stackLevel: 0,
      },
    })
    await csms.knows('profiles', without(withId(206)), 'the profile is gone')
    await csms.knowsOf('profiles', listed(1, kept), 'the other stays')
  }),

  csmsCase('TC_K_08_CSMS', async ({ station, csms }) => {
    await station.boots()
    const chargingProfile = profiles.default(208)
    await csms.sends('SetChargingProfile', { evseId: 1, chargingProfile })
    await csms.knowsOf('profiles', listed(1, chargingProfile))
    station.answers('ClearChargingProfile', { status: 'Unknown' })
    await csms.sends('ClearChargingProfile', { chargingProfileId: 999 })
    await csms.knowsOf('profiles', listed(1, chargingProfile), 'nothing was cleared')
    // The station has nothing by that id, so the CSMS was wrong about it.
    await csms.sends('ClearChargingProfile', { chargingProfileId: 208 })
    await csms.knows('profiles', without(withId(208)), 'the CSMS is put right')
  }),
]
