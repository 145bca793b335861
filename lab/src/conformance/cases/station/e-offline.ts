import { present } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import {
  charges,
  connects,
  connectsAndCharges,
  createCharge,
  type Charge,
} from '../../station/charge.ts'
import { comesBack, goesOffline } from '../../station/offline.ts'
import { hasSaidAll } from '../../station/states.ts'
import { entry, judges, lists, ofGroup, ownWord } from '../../station/tokens.ts'

const sampleSeconds = 60
const offline = { offline: true }

/** Stopped and left, all of it told afterwards. */
async function hasEnded(scene: StationScene, charge: Charge, stop: object): Promise<void> {
  await comesBack(scene)
  await charge.goesOn('StopAuthorized', { ...offline, ...stop })
  const rested = { ...offline, info: { chargingState: 'EVConnected' } }
  await charge.goesOn('ChargingStateChanged', rested)
  await charge.ends('EVCommunicationLost', { ...offline, info: { chargingState: 'Idle' } })
}

export const offlineTransactions: readonly StationCase[] = [
  stationCase(
    'TC_E_40_CS',
    async (scene) => {
      await scene.csms.boots()
      const charge = await connectsAndCharges(scene)
      await goesOffline(scene)
      await scene.passes(2 * sampleSeconds)
      await comesBack(scene)
      for (let sample = 0; sample < 2; sample += 1)
        await charge.goesOn('MeterValuePeriodic', { ...offline, meterValue: present })
      await hasSaidAll(scene)
    },
    {
      variables: {
        'SampledDataCtrlr.TxUpdatedInterval': `${sampleSeconds}`,
        'OCPPCommCtrlr.OfflineThreshold': '600',
      },
    },
  ),

  stationCase(
    'TC_E_43_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await goesOffline(scene)
      await station.plugsIn()
      await station.presents(tokens.valid)
      await scene.passes(30)
      await station.presents(tokens.valid)
      await station.unplugs()
      const charge = createCharge(scene)
      await comesBack(scene)
      await charge.starts('CablePluggedIn', offline)
      await charges(charge, tokens.valid, offline)
      await charge.goesOn('StopAuthorized', offline)
      await charge.goesOn('ChargingStateChanged', offline)
      await charge.ends('EVCommunicationLost', offline)
    },
    { variables: { 'AuthCtrlr.OfflineTxForUnknownIdEnabled': 'true' } },
  ),

  stationCase('TC_E_44_CS', async (scene) => {
    const { csms, station, tokens } = scene
    await csms.boots()
    const charge = await connectsAndCharges(scene)
    await goesOffline(scene)
    await station.presents(tokens.valid)
    await station.unplugs()
    await hasEnded(scene, charge, {})
  }),

  stationCase(
    'TC_E_45_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      const { group, valid, sameGroup } = tokens
      await csms.boots()
      judges(scene, ofGroup(group))
      await lists(scene, [entry(valid, ofGroup(group)), entry(sameGroup, ofGroup(group))])
      const charge = await connects(scene)
      await station.presents(valid)
      await charges(charge, valid)
      await goesOffline(scene)
      await station.presents(sameGroup)
      await station.unplugs()
      await hasEnded(scene, charge, { idToken: sameGroup })
    },
    { variables: ownWord },
  ),
]
