import { expect, test } from 'vitest'
import { night } from './fixture/scene.fixture.ts'
import {
  battery,
  card,
  sessionScene,
  type SessionScene,
  type TxEvent,
} from './fixture/session.fixture.ts'
import { until } from './fixture/until.fixture.ts'

type Values = NonNullable<TxEvent['meterValue']>
const contexts = (values: Values | undefined) =>
  values?.map(({ sampledValue }) => sampledValue[0]?.context)
const charging = async (scene: SessionScene) => {
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await scene.told(3)
}
const last = (scene: SessionScene) => scene.events().at(-1)

test('between transactions values are measured by the clock, in step with midnight (J01.FR.14)', async () => {
  const scene = await sessionScene()
  await scene.clock.advance(7_000)
  await scene.setting('AlignedDataCtrlr', 'Interval', '60')
  await scene.clock.advance(120_000)
  await until(() => scene.csms.sent('MeterValues').length === 2)
  const values = scene.csms.sent('MeterValues').flatMap(({ meterValue }) => meterValue as Values)
  expect(values.map(({ timestamp }) => (Date.parse(timestamp) - night) / 1000)).toEqual([60, 120])
  expect(contexts(values)).toEqual(['Sample.Clock', 'Sample.Clock'])
})

test('during a transaction they go with its events, unless wanted while idle only (J01.FR.20, J01.FR.22)', async () => {
  const scene = await sessionScene()
  await scene.setting('AlignedDataCtrlr', 'Interval', '60')
  await charging(scene)
  await scene.clock.advance(60_000)
  await scene.told(4)
  expect(last(scene)).toMatchObject({ triggerReason: 'MeterValueClock' })
  expect(contexts(last(scene)?.meterValue)).toEqual(['Sample.Clock'])
  await scene.setting('AlignedDataCtrlr', 'SendDuringIdle', 'true')
  await scene.clock.advance(60_000)
  await scene.quiet('TransactionEvent', 4)
  await scene.quiet('MeterValues', 0)
})

test('samples come as often as TxUpdatedInterval says, with the measurands asked for (J02)', async () => {
  const scene = await sessionScene()
  await scene.setting(
    'SampledDataCtrlr',
    'TxUpdatedMeasurands',
    'Current.Import,Voltage,Energy.Active.Import.Register',
  )
  await charging(scene)
  await scene.setting('SampledDataCtrlr', 'TxUpdatedInterval', '30')
  await scene.clock.advance(60_000)
  await scene.told(5)
  const samples = scene.events().slice(3)
  expect(samples.map(({ triggerReason }) => triggerReason)).toEqual([
    'MeterValuePeriodic',
    'MeterValuePeriodic',
  ])
  expect(
    last(scene)?.meterValue?.[0]?.sampledValue.map(({ measurand, value }) => [measurand, value]),
  ).toEqual([
    ['Current.Import', 30.43],
    ['Voltage', 230],
    ['Energy.Active.Import.Register', 116],
  ])
})

test('the last event carries what was measured on the way and the end (J02.FR.04)', async () => {
  const scene = await sessionScene()
  await scene.setting('SampledDataCtrlr', 'TxEndedInterval', '60')
  await charging(scene)
  await scene.clock.advance(150_000)
  scene.station.hardware.unplug()
  await until(() => last(scene)?.eventType === 'Ended')
  expect(contexts(last(scene)?.meterValue)).toEqual([
    'Sample.Periodic',
    'Sample.Periodic',
    'Transaction.End',
  ])
  expect(scene.events()[0]?.meterValue?.[0]?.sampledValue[0]?.context).toBe('Transaction.Begin')
})

test('and by the clock, where that is asked for and samples are not (J, 2.2)', async () => {
  const scene = await sessionScene()
  await scene.setting('AlignedDataCtrlr', 'TxEndedInterval', '60')
  await scene.setting('SampledDataCtrlr', 'TxEndedMeasurands', '')
  await charging(scene)
  await scene.clock.advance(150_000)
  scene.station.hardware.unplug()
  await until(() => last(scene)?.eventType === 'Ended')
  expect(contexts(last(scene)?.meterValue)).toEqual(['Sample.Clock', 'Sample.Clock'])
})

test('values and events come when the CSMS asks for them, after the answer (F06)', async () => {
  const scene = await sessionScene()
  const trigger = (requestedMessage: string, of: Record<string, unknown> = {}) =>
    scene.csms.call('TriggerMessage', { requestedMessage, ...of })
  expect(await trigger('MeterValues', { evse: { id: 1 } })).toEqual({ status: 'Accepted' })
  await until(() => scene.csms.sent('MeterValues').length === 1)
  expect(contexts(scene.csms.sent('MeterValues')[0]?.meterValue as Values)).toEqual(['Trigger'])
  expect(await trigger('TransactionEvent')).toEqual({ status: 'Rejected' })
  await charging(scene)
  expect(await trigger('TransactionEvent', { evse: { id: 1 } })).toEqual({ status: 'Accepted' })
  expect((await scene.told(4))[3]).toBe('Updated Trigger Charging')
  expect(contexts(last(scene)?.meterValue)).toEqual(['Trigger'])
  expect(await trigger('MeterValues', { evse: { id: 9 } })).toEqual({ status: 'Rejected' })
})
