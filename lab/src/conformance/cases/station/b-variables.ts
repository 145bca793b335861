import { ifAny, present } from '../../match.ts'
import { stationCase, type StationCase } from '../../station/case.ts'
import { named, reads, sets, type Variable } from '../../station/variables.ts'

const offlineThreshold = named('OCPPCommCtrlr', 'OfflineThreshold')
const remoteStart = named('AuthCtrlr', 'AuthorizeRemoteStart')

/** A read, or a write, that the station refuses for a reason. */
const refusals: Readonly<Record<string, readonly [Variable, string]>> = {
  TC_B_32_CS: [named('UnknownComponent', 'OfflineThreshold'), 'UnknownComponent'],
  TC_B_33_CS: [named('OCPPCommCtrlr', 'UnknownVariable'), 'UnknownVariable'],
  TC_B_34_CS: [{ ...offlineThreshold, attributeType: 'Target' }, 'NotSupportedAttributeType'],
}
const unwritten: Readonly<Record<string, readonly [Variable, string]>> = {
  TC_B_35_CS: [named('UnknownComponent', 'OfflineThreshold'), 'UnknownComponent'],
  TC_B_36_CS: [named('OCPPCommCtrlr', 'UnknownVariable'), 'UnknownVariable'],
  TC_B_37_CS: [{ ...offlineThreshold, attributeType: 'Target' }, 'NotSupportedAttributeType'],
  TC_B_39_CS: [named('OCPPCommCtrlr', 'MessageTimeout', 'Default'), 'Rejected'],
}

export const variables: readonly StationCase[] = [
  stationCase('TC_B_06_CS', async (scene) => {
    await scene.csms.boots()
    const attributeType = ifAny('Actual')
    const found = { attributeStatus: 'Accepted', attributeType, attributeValue: present }
    await reads(scene, [offlineThreshold], [{ ...offlineThreshold, ...found }])
  }),

  stationCase('TC_B_07_CS', async (scene) => {
    await scene.csms.boots()
    const found = { attributeStatus: 'Accepted', attributeValue: present }
    const wanted = [offlineThreshold, remoteStart]
    await reads(
      scene,
      wanted,
      wanted.map((each) => ({ ...each, ...found })),
    )
  }),

  stationCase('TC_B_09_CS', async (scene) => {
    await scene.csms.boots()
    await sets(scene, [{ ...offlineThreshold, attributeValue: '123' }], 'Accepted')
    await reads(scene, [offlineThreshold], [{ attributeValue: '123' }])
  }),

  stationCase('TC_B_10_CS', async (scene) => {
    await scene.csms.boots()
    const data = [
      { ...offlineThreshold, attributeValue: '124' },
      { ...remoteStart, attributeValue: 'false' },
    ]
    await sets(scene, data, 'Accepted', 'Accepted')
    const set = [{ attributeValue: '124' }, { attributeValue: 'false' }]
    await reads(scene, [offlineThreshold, remoteStart], set)
  }),

  stationCase('TC_B_11_CS', async (scene) => {
    await scene.csms.boots()
    await sets(scene, [{ ...offlineThreshold, attributeValue: 'soon' }], 'Rejected')
    await sets(scene, [{ ...remoteStart, attributeValue: 'perhaps' }], 'Rejected')
  }),

  ...Object.entries(refusals).map(([id, [wanted, attributeStatus]]) =>
    stationCase(id, async (scene) => {
      await scene.csms.boots()
      await reads(scene, [wanted], [{ attributeStatus }])
    }),
  ),

  ...Object.entries(unwritten).map(([id, [wanted, status]]) =>
    stationCase(id, async (scene) => {
      await scene.csms.boots()
      await sets(scene, [{ ...wanted, attributeValue: '1' }], status)
    }),
  ),
]
