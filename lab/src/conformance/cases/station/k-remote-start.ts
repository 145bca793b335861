import { profiles, schedule } from '../../csms/profiles.ts'
import { stationCase } from '../../station/case.ts'
import { holds, makes } from '../../station/charging-profiles.ts'
import { connects } from '../../station/charge.ts'
import { draws } from '../../station/draw.ts'
import { here } from '../../station/states.ts'

export const remoteStartsWithProfile = [
  stationCase('TC_K_37_CS', async (scene) => {
    const { csms, tokens } = scene
    const [id, amps, remoteStartId] = [137, 6, 37]
    await csms.boots()
    const charge = await connects(scene)
    const transactionId = charge.id
    const { transactionId: _, ...chargingProfile } = profiles.transaction(id, transactionId, {
      chargingProfileKind: 'Relative',
      chargingSchedule: [schedule(id, amps)],
    })
    await csms.sends(
      'RequestStartTransaction',
      { evseId: here.id, remoteStartId, idToken: tokens.valid, chargingProfile },
      { status: 'Accepted', transactionId },
    )
    await charge.goesOn('RemoteStart', { idToken: tokens.valid, info: { remoteStartId } })
    await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    await holds(scene, { chargingProfile: { chargingProfileId: [id] } }, [
      { evseId: here.id, profile: { ...chargingProfile, transactionId } },
    ])
    await makes(scene, [[0, amps]])
    await draws(scene, amps)
  }),
]
