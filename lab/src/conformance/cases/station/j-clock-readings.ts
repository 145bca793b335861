import type { Request } from '@interlock/ocpp'
import { stationCase, type StationScene } from '../../station/case.ts'
import { bootsAndCharges, connectsAndCharges } from '../../station/charge.ts'
import { expectEvery, ofContext, withReading, type MeterValue } from '../../station/readings.ts'
import { expectSigned, withEveryKey } from '../../station/signed-readings.ts'
import { hasSaidAll, here } from '../../station/states.ts'

/** Seconds between readings. */
const interval = 60
const measurands = ['Energy.Active.Import.Register', 'Voltage']
const byClock = {
  'AlignedDataCtrlr.Interval': `${interval}`,
  'AlignedDataCtrlr.Measurands': measurands.join(','),
}
const onlyByClock = {
  'SampledDataCtrlr.TxStartedMeasurands': '',
  'SampledDataCtrlr.TxUpdatedInterval': '0',
  'SampledDataCtrlr.TxEndedMeasurands': '',
}

/** A reading of the EVSE, measured by the clock. */
const isRead = ({ csms }: StationScene): Promise<Request<'MeterValues'>> =>
  csms.isSent('MeterValues', { evseId: here.id, ...withReading('Sample.Clock', measurands) })

const times = [1, 2, 3]

const atEnd = {
  'AlignedDataCtrlr.TxEndedInterval': `${interval}`,
  'AlignedDataCtrlr.TxEndedMeasurands': measurands.join(','),
  'SampledDataCtrlr.TxEndedMeasurands': '',
}

/** A transaction ends; its last event has what was read by the clock at its times. */
async function isReadAtEnd(scene: StationScene): Promise<MeterValue[]> {
  await bootsAndCharges(scene)
  await scene.passes(times.length * interval)
  await scene.station.unplugs()
  const { meterValue = [] } = await scene.csms.isSent('TransactionEvent', {
    eventType: 'Ended',
    ...withReading('Sample.Clock', measurands),
  })
  const read = ofContext(meterValue, 'Sample.Clock')
  scene.steps.expect('a reading for each time', times.length, read.length)
  expectEvery(scene.steps, interval, read)
  return read
}

export const clockReadings = [
  stationCase(
    'TC_J_01_CS',
    async (scene) => {
      await scene.csms.boots()
      await scene.passes(times.length * interval)
      const read = []
      for (const _ of times) read.push(await isRead(scene))
      expectEvery(
        scene.steps,
        interval,
        read.flatMap(({ meterValue }) => meterValue),
      )
    },
    { variables: byClock },
  ),

  stationCase(
    'TC_J_02_CS',
    async (scene) => {
      const charge = await bootsAndCharges(scene)
      await scene.passes(times.length * interval)
      const told = []
      for (const _ of times)
        told.push(await charge.goesOn('MeterValueClock', withReading('Sample.Clock', measurands)))
      expectEvery(
        scene.steps,
        interval,
        told.flatMap(({ meterValue = [] }) => ofContext(meterValue, 'Sample.Clock')),
      )
    },
    { variables: byClock },
  ),

  stationCase('TC_J_03_CS', async (scene) => void (await isReadAtEnd(scene)), {
    variables: atEnd,
  }),

  stationCase('TC_J_04_CS', async (scene) => expectSigned(scene.steps, await isReadAtEnd(scene)), {
    variables: { ...atEnd, ...withEveryKey, 'AlignedDataCtrlr.SignReadings': 'true' },
  }),

  stationCase(
    'TC_J_06_CS',
    async (scene) => {
      const { csms, station } = scene
      await csms.boots()
      await scene.passes(interval)
      await isRead(scene)
      await connectsAndCharges(scene)
      await scene.passes(2 * interval)
      await hasSaidAll(scene)
      csms.isNotSent('MeterValues', 'nothing is read by the clock during a transaction')
      csms.isNotSent('TransactionEvent', 'nor told in the transaction')
      await station.unplugs()
      await csms.isSent('TransactionEvent', { eventType: 'Ended' })
      await scene.passes(interval)
      await isRead(scene)
    },
    { variables: { ...byClock, ...onlyByClock, 'AlignedDataCtrlr.SendDuringIdle': 'true' } },
  ),
]
