import { profiles, schedule } from '../../csms/profiles.ts'
import { oneOf } from '../../match.ts'
import { stationCase, type StationCase } from '../../station/case.ts'
import { makes, sets as setsProfile } from '../../station/charging-profiles.ts'
import { named, reads } from '../../station/variables.ts'

/** What no station can understand, and every station must bear. */
const customData = { vendorId: 'org.example.conformance', meaning: ['of', 'nothing'] }

const offlineThreshold = named('OCPPCommCtrlr', 'OfflineThreshold')

export const vendorData: readonly StationCase[] = [
  stationCase('TC_P_01_CS', async ({ csms }) => {
    await csms.boots()
    await csms.sends(
      'DataTransfer',
      { vendorId: customData.vendorId, messageId: 'NoSuchMessage' },
      { status: oneOf('UnknownVendorId', 'UnknownMessageId', 'Rejected') },
    )
  }),

  stationCase('TC_P_03_CS', async (scene) => {
    const attributeValue = '200'
    await scene.csms.boots()
    await scene.csms.sends(
      'SetVariables',
      { setVariableData: [{ ...offlineThreshold, attributeValue, customData }], customData },
      { setVariableResult: [{ attributeStatus: 'Accepted' }] },
    )
    await reads(scene, [offlineThreshold], [{ attributeStatus: 'Accepted', attributeValue }])
  }),

  stationCase('TC_P_04_CS', async (scene) => {
    const [id, amps] = [904, 6]
    const startSchedule = new Date().toISOString()
    const period = { startPeriod: 0, limit: amps, numberPhases: 1, customData }
    const levels = { startSchedule, chargingSchedulePeriod: [period] as [typeof period] }
    await scene.csms.boots()
    await setsProfile(
      scene,
      profiles.default(id, { chargingSchedule: [schedule(id, amps, levels)], customData }),
    )
    await makes(scene, [[0, amps]])
  }),
]
