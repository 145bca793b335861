import { absent, not } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { charges, connects, type Charge } from '../../station/charge.ts'
import { comesBack, goesOffline } from '../../station/offline.ts'
import { isCached, judges, nobodyCharges, ownWord } from '../../station/tokens.ts'

/** Offline a token that the station knows charges; then the CSMS hears of it and says no. */
async function isInvalidated(scene: StationScene): Promise<Charge> {
  const { csms, station, tokens } = scene
  await csms.boots()
  await isCached(scene, tokens.valid)
  const charge = await connects(scene)
  await goesOffline(scene)
  await station.presents(tokens.valid)
  judges(scene, { status: 'Invalid' })
  await comesBack(scene)
  await charges(charge, tokens.valid, { offline: true })
  return charge
}

const rules = (stops: boolean, maxEnergyWattHours: number) => ({
  variables: {
    ...ownWord,
    'AuthCtrlr.LocalAuthorizeOffline': 'true',
    'AuthCtrlr.OfflineTxForUnknownIdEnabled': 'true',
    'TxCtrlr.StopTxOnInvalidId': `${stops}`,
    'TxCtrlr.MaxEnergyOnInvalidId': `${maxEnergyWattHours}`,
    'OCPPCommCtrlr.OfflineThreshold': '600',
    'SampledDataCtrlr.TxUpdatedInterval': '0',
  },
})

const suspended = { info: { chargingState: 'SuspendedEVSE' } }

async function isStopped(scene: StationScene): Promise<void> {
  const charge = await isInvalidated(scene)
  await charge.goesOn('Deauthorized', { offline: not(true) })
  await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'EVConnected' } })
}

export const invalidatedTokens: readonly StationCase[] = [
  stationCase(
    'TC_C_15_CS',
    async (scene) => {
      const charge = await isInvalidated(scene)
      await nobodyCharges(scene, 'the flow goes on for now')
      // 10 kWh, slowly.
      await scene.passes(10 * 3_600)
      const event = await charge.goesOn('ChargingStateChanged', suspended)
      scene.steps.expect('and the transaction too', absent, event.transactionInfo.stoppedReason)
    },
    rules(false, 10_000),
  ),

  stationCase('TC_C_16_CS', isStopped, rules(true, 0)),

  stationCase(
    'TC_C_17_CS',
    async (scene) => {
      const charge = await isInvalidated(scene)
      await charge.goesOn('ChargingStateChanged', suspended)
      await nobodyCharges(scene, 'the transaction goes on without energy')
    },
    rules(false, 0),
  ),

  stationCase('TC_C_18_CS', isStopped, rules(true, 500)),
]
