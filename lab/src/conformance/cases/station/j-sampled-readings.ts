import { absent, including } from '../../match.ts'
import { stationCase, type StationScene } from '../../station/case.ts'
import { asks, bootsAndCharges, charges, connects, createCharge } from '../../station/charge.ts'
import {
  expectEvery,
  ofContext,
  reading,
  withReading,
  type MeterValue,
} from '../../station/readings.ts'
import { expectSigned, withEveryKey } from '../../station/signed-readings.ts'
import { here } from '../../station/states.ts'

/** Seconds between readings. */
const interval = 60
const measurands = ['Energy.Active.Import.Register', 'Voltage']
const atStart = { 'SampledDataCtrlr.TxStartedMeasurands': measurands.join(',') }
const begin = withReading('Transaction.Begin', measurands)
const times = [1, 2, 3]

const atEnd = {
  'SampledDataCtrlr.TxEndedInterval': `${interval}`,
  'SampledDataCtrlr.TxEndedMeasurands': measurands.join(','),
  'AlignedDataCtrlr.TxEndedMeasurands': '',
}

/** A transaction ends; its last event has what was read at its times, and at the end. */
async function isReadAtEnd(scene: StationScene): Promise<MeterValue[]> {
  await bootsAndCharges(scene)
  await scene.passes(times.length * interval)
  await scene.station.unplugs()
  const { meterValue = [] } = await scene.csms.isSent('TransactionEvent', {
    eventType: 'Ended',
    meterValue: including(
      reading('Sample.Periodic', measurands),
      reading('Transaction.End', measurands),
    ),
  })
  const read = ofContext(meterValue, 'Sample.Periodic')
  scene.steps.expect('a reading for each time', times.length, read.length)
  expectEvery(scene.steps, interval, read)
  return meterValue
}

export const sampledReadings = [
  stationCase(
    'TC_J_07_CS',
    async (scene) => {
      await scene.csms.boots()
      const charge = await connects(scene, begin)
      await asks(scene, scene.tokens.valid)
      await charges(charge, scene.tokens.valid)
    },
    { variables: atStart },
  ),

  stationCase(
    'TC_J_08_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      const charge = createCharge(scene)
      await csms.boots()
      await asks(scene, tokens.valid)
      // Nobody knows the EVSE yet, and nothing is read before it is known.
      const nowhere = { evse: absent, meterValue: absent }
      await charge.starts('Authorized', { idToken: tokens.valid, ...nowhere })
      await station.plugsIn()
      await charge.goesOn('CablePluggedIn', { evse: here, ...begin })
      await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    },
    { variables: { ...atStart, 'TxCtrlr.TxStartPoint': 'Authorized' } },
  ),

  stationCase(
    'TC_J_09_CS',
    async (scene) => {
      const charge = await bootsAndCharges(scene)
      await scene.passes(times.length * interval)
      const told = []
      for (const _ of times)
        told.push(
          await charge.goesOn('MeterValuePeriodic', withReading('Sample.Periodic', measurands)),
        )
      expectEvery(
        scene.steps,
        interval,
        told.flatMap(({ meterValue = [] }) => ofContext(meterValue, 'Sample.Periodic')),
      )
    },
    {
      variables: {
        'SampledDataCtrlr.TxUpdatedInterval': `${interval}`,
        'SampledDataCtrlr.TxUpdatedMeasurands': measurands.join(','),
      },
    },
  ),

  stationCase('TC_J_10_CS', async (scene) => void (await isReadAtEnd(scene)), {
    variables: atEnd,
  }),

  stationCase('TC_J_11_CS', async (scene) => expectSigned(scene.steps, await isReadAtEnd(scene)), {
    variables: { ...atEnd, ...withEveryKey, 'SampledDataCtrlr.SignReadings': 'true' },
  }),
]
