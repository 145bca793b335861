import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { runTokens } from '../../csms/run-tokens.ts'
import { asks, charges, connects, connectsAndCharges, rests } from '../../station/charge.ts'
import { hasSaidAll, reports } from '../../station/states.ts'
import { isCached, nobodyCharges, ofGroup, ownWord } from '../../station/tokens.ts'

const masterGroup = { 'AuthCtrlr.MasterPassGroupId': runTokens.masterGroup }
const isMaster = ({ tokens }: StationScene) => ofGroup(tokens.masterGroup)

export const masterPasses: readonly StationCase[] = [
  stationCase(
    'TC_C_14_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await isCached(scene, tokens.master, isMaster(scene))
      const charge = await connects(scene)
      await station.presents(tokens.master)
      await nobodyCharges(scene, 'a master pass does not charge')
      csms.isNotSent('Authorize', 'and the station knows it')
      await asks(scene, tokens.valid)
      await charges(charge, tokens.valid)
      await station.presents(tokens.master)
      await rests(charge, { idToken: tokens.master })
      csms.isNotSent('Authorize', 'the station still knows it')
      await station.unplugs()
      await charge.ends('EVCommunicationLost', { info: { stoppedReason: 'MasterPass' } })
    },
    { variables: { ...ownWord, ...masterGroup } },
  ),

  stationCase(
    'TC_C_45_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await asks(scene, tokens.master, isMaster(scene))
      await nobodyCharges(scene, 'a master pass begins no transaction')
      await station.plugsIn()
      await reports(scene, 'Occupied')
      await nobodyCharges(scene, 'and gives no energy')
    },
    { variables: { ...masterGroup, 'TxCtrlr.TxStartPoint': 'Authorized,PowerPathClosed' } },
  ),

  stationCase(
    'TC_C_49_CS',
    async (scene) => {
      const { tokens } = scene
      await scene.csms.boots()
      const charge = await connectsAndCharges(scene)
      await asks(scene, tokens.master, isMaster(scene))
      await charge.ends('StopAuthorized', {
        info: { stoppedReason: 'MasterPass', chargingState: 'EVConnected' },
        idToken: tokens.master,
      })
      await hasSaidAll(scene)
      await scene.station.unplugs()
      await reports(scene, 'Available')
    },
    { variables: { ...masterGroup, 'TxCtrlr.TxStopPoint': 'Authorized' } },
  ),
]
