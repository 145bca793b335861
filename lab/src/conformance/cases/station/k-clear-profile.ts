import { profiles, schedule } from '../../csms/profiles.ts'
import { not } from '../../match.ts'
import { stationCase, type StationScene } from '../../station/case.ts'
import { holdsNone, makes, sets } from '../../station/charging-profiles.ts'
import { chargesAt, drawsMoreThan } from '../../station/draw.ts'
import type { Request } from '@interlock/ocpp'

type Asked = Request<'ClearChargingProfile'>

const clears = ({ csms }: StationScene, asked: Asked, status: string) =>
  csms.sends('ClearChargingProfile', asked, { status })

const chargingProfilePurpose = 'TxDefaultProfile'

export const profilesCleared = [
  stationCase('TC_K_05_CS', async (scene) => {
    await scene.csms.boots()
    await sets(scene, profiles.default(105))
    await chargesAt(scene, 10)
    await clears(scene, { chargingProfileId: 105 }, 'Accepted')
    await holdsNone(scene, { chargingProfileId: [105] })
    await drawsMoreThan(scene, 10)
  }),

  stationCase('TC_K_06_CS', async (scene) => {
    const stackLevel = 1
    await scene.csms.boots()
    await sets(scene, profiles.default(106, { stackLevel }))
    await chargesAt(scene, 10)
    const of = { chargingProfilePurpose, stackLevel } as const
    await clears(scene, { chargingProfileCriteria: of }, 'Accepted')
    await holdsNone(scene, of)
    await drawsMoreThan(scene, 10)
  }),

  stationCase('TC_K_07_CS', async (scene) => {
    await scene.csms.boots()
    await sets(scene, profiles.default(107, { stackLevel: 1 }))
    const of = { chargingProfilePurpose: 'ChargingStationMaxProfile', stackLevel: 0 } as const
    await clears(scene, { chargingProfileCriteria: of }, 'Unknown')
    // The other one still holds.
    await chargesAt(scene, 10)
  }),

  stationCase('TC_K_08_CS', async (scene) => {
    await scene.csms.boots()
    await clears(scene, { chargingProfileId: 108 }, 'Unknown')
  }),

  stationCase('TC_K_09_CS', async (scene) => {
    const amps = 6
    const startSchedule = new Date().toISOString()
    await scene.csms.boots()
    await sets(
      scene,
      profiles.default(109, { chargingSchedule: [schedule(109, amps, { startSchedule })] }),
    )
    await chargesAt(scene, amps)
    await makes(scene, [[0, amps]])
    await clears(scene, { chargingProfileCriteria: { chargingProfilePurpose } }, 'Accepted')
    await makes(scene, [[0, not(amps)]])
    await drawsMoreThan(scene, amps)
  }),
]
