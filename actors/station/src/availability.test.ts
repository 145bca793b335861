import { expect, test } from 'vitest'
import { battery, card, sessionScene, type SessionScene } from './fixture/session.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const tiers = [
  ['the station', {}],
  ['the EVSE', { evse: { id: 1 } }],
  ['the connector', { evse: { id: 1, connectorId: 1 } }],
] as const
const change = (scene: SessionScene, operationalStatus: string, at: object) =>
  scene.csms.call('ChangeAvailability', { operationalStatus, ...at })
const status = (scene: SessionScene) =>
  scene.csms.sent('StatusNotification').at(-1)?.connectorStatus
const isNow = (scene: SessionScene, expected: string) =>
  until(() => status(scene) === expected, expected)

test.each(tiers)(
  '%s goes out of service and back, and stays out over a loss of power (G01.FR.02, G01.FR.07, G03, G04)',
  async (_title, at) => {
    const scene = await sessionScene()
    expect(await change(scene, 'Operative', at)).toEqual({ status: 'Accepted' })
    expect(await change(scene, 'Inoperative', at)).toEqual({ status: 'Accepted' })
    await isNow(scene, 'Unavailable')
    expect(await change(scene, 'Inoperative', at)).toEqual({ status: 'Accepted' })
    await scene.restart()
    await isNow(scene, 'Unavailable')
    scene.station.hardware.present(card)
    await until(() => scene.csms.sent('Authorize').length === 1)
    await scene.quiet('TransactionEvent', 0)
    expect(await change(scene, 'Operative', at)).toEqual({ status: 'Accepted' })
    await isNow(scene, 'Available')
  },
)

test.each(tiers)(
  'while something charges, %s goes out of service afterwards (G01.FR.05, G03.FR.05)',
  async (_title, at) => {
    const scene = await sessionScene()
    scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
    await until(() => scene.station.observe().powerWatts > 0)
    expect(await change(scene, 'Inoperative', at)).toEqual({ status: 'Scheduled' })
    expect(scene.station.observe().powerWatts).toBe(7_000)
    scene.station.hardware.unplug()
    await isNow(scene, 'Unavailable')
  },
)

test.each(tiers)(
  'a cable in %s out of service begins nothing; back in it, it does',
  async (_, at) => {
    const scene = await sessionScene()
    await change(scene, 'Inoperative', at)
    await isNow(scene, 'Unavailable')
    scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
    await scene.quiet('TransactionEvent', 0)
    expect(scene.station.observe().powerWatts).toBe(0)
    await change(scene, 'Operative', at)
    await until(() => scene.csms.sent('TransactionEvent').length > 0)
    expect(scene.csms.sent('TransactionEvent')[0]).toMatchObject({ eventType: 'Started', seqNo: 0 })
    await isNow(scene, 'Occupied')
  },
)

test('a tier that is not there is refused, and one tier does not bring back another', async () => {
  const scene = await sessionScene()
  expect(await change(scene, 'Inoperative', { evse: { id: 2 } })).toMatchObject({
    status: 'Rejected',
  })
  await change(scene, 'Inoperative', {})
  await isNow(scene, 'Unavailable')
  await change(scene, 'Operative', { evse: { id: 1 } })
  await scene.quiet('TransactionEvent', 0)
  expect(status(scene)).toBe('Unavailable')
})

test('the connector is unlocked, unless someone may charge or it is jammed (F05)', async () => {
  const scene = await sessionScene()
  const unlock = (connectorId = 1) => scene.csms.call('UnlockConnector', { evseId: 1, connectorId })
  expect(await unlock()).toEqual({ status: 'Unlocked' })
  expect(await unlock(999)).toEqual({ status: 'UnknownConnector' })
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await until(() => scene.station.observe().powerWatts > 0)
  expect(await unlock()).toEqual({ status: 'OngoingAuthorizedTransaction' })
  scene.station.hardware.unplug()
  scene.station.hardware.fault('ConnectorLockFailure')
  expect(await unlock()).toMatchObject({ status: 'UnlockFailed' })
  await until(() => scene.csms.sent('NotifyEvent').length === 1)
  expect(scene.csms.sent('NotifyEvent')[0]).toMatchObject({
    eventData: [
      {
        component: { name: 'ConnectorPlugRetentionLock' },
        variable: { name: 'Problem' },
        actualValue: 'true',
        trigger: 'Delta',
      },
    ],
  })
})

test('a cable that comes and goes is told (G01.FR.03, G01.FR.04)', async () => {
  const scene = await sessionScene()
  await isNow(scene, 'Available')
  scene.station.hardware.plugIn(battery)
  await isNow(scene, 'Occupied')
  scene.station.hardware.fault('GroundFailure')
  await isNow(scene, 'Faulted')
  scene.station.hardware.fault(undefined)
  scene.station.hardware.unplug()
  await isNow(scene, 'Available')
})
