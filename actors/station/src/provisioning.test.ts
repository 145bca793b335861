import { expect, test } from 'vitest'
import { car } from './fixture/scene.fixture.ts'
import { heard, startPlainCsms } from './fixture/plain-csms.fixture.ts'
import { standardScene, type StandardScene } from './fixture/standard.fixture.ts'
import { until } from './fixture/until.fixture.ts'
import { handoverMillis } from './restarts.ts'

const registered = (status: string, interval = 30) => ({
  BootNotification: () => ({ currentTime: '2026-01-05T23:00:00Z', interval, status }),
})
const variable = (component: string, name: string, attributeValue?: string) => ({
  component: { name: component },
  variable: { name },
  ...(attributeValue === undefined ? {} : { attributeValue }),
})
const set = (to: StandardScene, component: string, name: string, value: string) =>
  to.csms.call('SetVariables', { setVariableData: [variable(component, name, value)] })
const statusOf = (answer: Record<string, unknown>): unknown =>
  (answer.setVariableResult as { attributeStatus: string }[])[0]?.attributeStatus
/** Until it is connected, world time passes as its back-off says. */
const comesBack = async (to: StandardScene): Promise<void> => {
  for (let tries = 0; tries < 200 && !to.csms.connected(); tries++) {
    await to.clock.advance(1_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await until(() => to.csms.connected(), 'the way back')
}
const reasonsOf = (to: StandardScene) => to.csms.sent('BootNotification').map((each) => each.reason)

test('B01.FR.04, G02.FR.01, G02.FR.02: after an accepted boot each connector is reported, and the interval is the CSMS’s', async () => {
  const { csms, clock } = await standardScene({
    before: ({ answers }) => Object.assign(answers, registered('Accepted', 20)),
  })
  await until(() => csms.sent('StatusNotification').length === 1, 'the status')
  expect(csms.sent('StatusNotification')[0]).toMatchObject({
    connectorStatus: 'Available',
    evseId: 1,
    connectorId: 1,
  })
  await clock.advance(20_000)
  await until(() => csms.sent('Heartbeat').length === 1, 'the heartbeat')
})

test('B01.FR.08, B02.FR.02, B02.FR.03: while Pending it sends nothing of its own, answers, and boots again after the interval', async () => {
  const to = await standardScene({
    before: ({ answers }) => Object.assign(answers, registered('Pending')),
  })
  const { csms, clock, station } = to
  station.hardware.plugIn(car)
  expect(statusOf(await set(to, 'OCPPCommCtrlr', 'OfflineThreshold', '9'))).toBe('Accepted')
  expect(
    await csms.call('RequestStartTransaction', {
      remoteStartId: 1,
      idToken: { idToken: 'A', type: 'Central' },
    }),
  ).toMatchObject({ status: 'Rejected' })
  await csms.call('GetBaseReport', { requestId: 3, reportBase: 'SummaryInventory' })
  await until(() => csms.sent('NotifyReport').length === 1, 'the report that was asked for')
  expect(csms.received.map(({ action }) => action)).toEqual(['BootNotification', 'NotifyReport'])
  Object.assign(csms.answers, registered('Accepted'))
  await clock.advance(30_000)
  await until(() => csms.sent('TransactionEvent').length > 0, 'what had waited')
  expect(reasonsOf(to)).toEqual(['PowerUp', 'PowerUp'])
})

test('F06: a triggered boot comes at once while Pending, and is refused once accepted', async () => {
  const to = await standardScene({
    before: ({ answers }) => Object.assign(answers, registered('Pending')),
  })
  const trigger = { requestedMessage: 'BootNotification' }
  Object.assign(to.csms.answers, registered('Accepted'))
  expect(await to.csms.call('TriggerMessage', trigger)).toEqual({ status: 'Accepted' })
  await until(() => to.csms.sent('StatusNotification').length > 0, 'acceptance')
  expect(reasonsOf(to)).toEqual(['PowerUp', 'Triggered'])
  expect(await to.csms.call('TriggerMessage', trigger)).toEqual({ status: 'Rejected' })
})

test('B03: a CSMS that rejected the boot may ask nothing (B03.FR.08)', async () => {
  const { csms } = await standardScene({
    before: ({ answers }) => Object.assign(answers, registered('Rejected')),
  })
  expect(await csms.call('GetBaseReport', { requestId: 1, reportBase: 'FullInventory' })).toEqual({
    error: 'SecurityError',
  })
  expect(csms.received.map(({ action }) => action)).toEqual(['BootNotification'])
})

test('B04: a lost connection is made again without a boot; what did not change is not repeated', async () => {
  const to = await standardScene()
  const { csms, clock, station } = to
  await until(() => csms.sent('StatusNotification').length === 1, 'the status at boot')
  await heard(csms)
  csms.drop()
  await until(() => !station.connected().csms, 'the loss')
  await clock.advance(10_000)
  await until(() => station.connected().csms, 'the new connection')
  await csms.call('TriggerMessage', { requestedMessage: 'Heartbeat' })
  expect(reasonsOf(to)).toEqual(['PowerUp'])
  expect(csms.sent('StatusNotification')).toHaveLength(1)
  // B04.FR.01: longer than the threshold, and all is said again.
  csms.drop()
  await until(() => !station.connected().csms, 'the loss')
  await clock.advance(61_000)
  await until(() => csms.sent('StatusNotification').length === 2, 'the status again')
})

test('B04.FR.02: a change that was lost with the connection is told on the next one', async () => {
  const to = await standardScene()
  const { csms, clock, station } = to
  await until(() => csms.sent('StatusNotification').length === 1, 'the status at boot')
  csms.drop()
  // It does not know yet that nobody hears it.
  expect(station.connected().csms).toBe(true)
  station.hardware.plugIn(car)
  await until(() => !station.connected().csms, 'the loss')
  await clock.advance(10_000)
  await until(() => csms.sent('StatusNotification').length === 2, 'the status')
  expect(csms.sent('StatusNotification').at(-1)).toMatchObject({ connectorStatus: 'Occupied' })
})

test('B07: a full inventory comes in pages and holds what OCPP requires of every station', async () => {
  const { csms } = await standardScene()
  await csms.call('GetBaseReport', { requestId: 7, reportBase: 'FullInventory' })
  await until(() => csms.sent('NotifyReport').some((page) => page.tbc === false), 'the last page')
  const pages = csms.sent('NotifyReport')
  expect(pages.length).toBeGreaterThan(2)
  expect(pages.map((page) => page.seqNo)).toEqual(pages.map((_, index) => index))
  const text = JSON.stringify(pages)
  for (const name of [
    'AvailabilityState',
    'TimeSource',
    'TxStartPoint',
    'RateUnit',
    'SecurityProfile',
  ])
    expect(text).toContain(`"name":"${name}"`)
  expect(text).not.toContain('sixteen or more')
})

test('B08.FR.21: a custom report leaves open what is not said, and an empty one is not sent', async () => {
  const { csms } = await standardScene()
  const ask = (requestId: number, rest: object) => csms.call('GetReport', { requestId, ...rest })
  const item = { component: { name: 'DeviceDataCtrlr' }, variable: { name: 'ItemsPerMessage' } }
  expect(await ask(1, { componentVariable: [item] })).toEqual({ status: 'Accepted' })
  await until(() => csms.sent('NotifyReport').length === 1, 'the report')
  expect(csms.sent('NotifyReport')[0]?.reportData).toHaveLength(3)
  expect(await ask(2, { componentVariable: [{ component: { name: 'Toaster' } }] })).toEqual({
    status: 'EmptyResultSet',
  })
  expect(await ask(3, { componentCriteria: ['Problem'], componentVariable: [item] })).toEqual({
    status: 'EmptyResultSet',
  })
})

test('B11: an immediate reset boots again and says why; an EVSE’s own does not', async () => {
  const to = await standardScene()
  expect(await to.csms.call('Reset', { type: 'Immediate', evseId: 1 })).toEqual({
    status: 'Accepted',
  })
  expect(await to.csms.call('Reset', { type: 'Immediate', evseId: 2 })).toMatchObject({
    status: 'Rejected',
  })
  await to.csms.call('ChangeAvailability', { operationalStatus: 'Inoperative' })
  expect(await to.csms.call('Reset', { type: 'OnIdle' })).toEqual({ status: 'Accepted' })
  await until(() => to.csms.sent('BootNotification').length === 2, 'the second boot')
  expect(reasonsOf(to)).toEqual(['PowerUp', 'RemoteReset'])
  // B11.FR.02: what was unavailable stays so.
  await until(
    () => to.csms.sent('StatusNotification').at(-1)?.connectorStatus === 'Unavailable',
    'the status',
  )
})

test('B12: OnIdle waits for the transaction, over a loss of power; Immediate ends it', async () => {
  const to = await standardScene()
  const { csms } = to
  to.station.hardware.plugIn(car)
  expect(await csms.call('Reset', { type: 'OnIdle' })).toEqual({ status: 'Scheduled' })
  await to.restart()
  to.station.hardware.unplug()
  await until(() => csms.sent('BootNotification').length === 3, 'the boot after the reset')
  expect(reasonsOf(to).at(-1)).toBe('ScheduledReset')
  to.station.hardware.plugIn(car)
  expect(await csms.call('Reset', { type: 'Immediate' })).toEqual({ status: 'Accepted' })
  await until(() => csms.sent('BootNotification').length === 4, 'the next boot')
  await until(
    () =>
      csms
        .sent('TransactionEvent')
        .some(
          ({ transactionInfo }) =>
            (transactionInfo as { stoppedReason?: string }).stoppedReason === 'ImmediateReset',
        ),
    'the end of the transaction',
  )
})

test('B12: how the transaction ended is told before the restart that waited for it', async () => {
  const to = await standardScene()
  const { csms, station } = to
  station.hardware.plugIn(car)
  expect(await csms.call('Reset', { type: 'OnIdle' })).toEqual({ status: 'Scheduled' })
  station.hardware.unplug()
  await until(() => csms.sent('BootNotification').length === 2, 'the restart')
  const told = csms.received.map(({ action, payload }) => [
    action,
    payload.eventType ?? payload.connectorStatus ?? payload.reason,
  ])
  const restart = told.findIndex(([, what]) => what === 'ScheduledReset')
  for (const before of ['Ended', 'Available']) {
    const at = told.findLastIndex(([, what], index) => what === before && index < restart)
    expect(at).toBeGreaterThan(told.findIndex(([, what]) => what === 'Started'))
  }
})

const profile = (csmsPort: number, rest: object = {}) => ({
  configurationSlot: 1,
  connectionData: {
    ocppVersion: 'OCPP20',
    ocppTransport: 'JSON',
    ocppCsmsUrl: `ws://127.0.0.1:${csmsPort}/ocpp`,
    messageTimeout: 30,
    securityProfile: 1,
    ocppInterface: 'Wired0',
    ...rest,
  },
})

test('B09, B10: after a reset the new profile is used; when it fails the next in order is', async () => {
  const to = await standardScene()
  const other = await startPlainCsms(to.clock)
  expect(await to.csms.call('SetNetworkProfile', profile(other.port))).toEqual({
    status: 'Accepted',
  })
  expect(statusOf(await set(to, 'OCPPCommCtrlr', 'NetworkConfigurationPriority', '1,0'))).toBe(
    'RebootRequired',
  )
  await set(to, 'OCPPCommCtrlr', 'NetworkProfileConnectionAttempts', '1')
  await to.csms.call('Reset', { type: 'Immediate' })
  await until(() => other.sent('BootNotification').length === 1, 'the boot at the new CSMS')
  await heard(other)
  await other.close()
  await comesBack(to)
  expect(reasonsOf(to)).toEqual(['PowerUp'])
})

test('B11: a charger whose power fails before it restarts is not restarted by what was due', async () => {
  const to = await standardScene()
  expect(await to.csms.call('Reset', { type: 'Immediate' })).toEqual({ status: 'Accepted' })
  await to.restart()
  await until(() => reasonsOf(to).length === 2, 'the boot')
  // Past the moment that the restart was due.
  await new Promise((resolve) => setTimeout(resolve, 2 * handoverMillis))
  expect(reasonsOf(to)).toEqual(['PowerUp', 'PowerUp'])
})

test('B10.FR.07: when all in the order have failed, the one that worked last is tried, in it or not', async () => {
  const to = await standardScene()
  const gone = await startPlainCsms(to.clock)
  await to.csms.call('SetNetworkProfile', profile(gone.port))
  await gone.close()
  await set(to, 'OCPPCommCtrlr', 'NetworkProfileConnectionAttempts', '1')
  await set(to, 'OCPPCommCtrlr', 'NetworkConfigurationPriority', '1')
  await to.csms.call('Reset', { type: 'Immediate' })
  await until(() => !to.csms.connected(), 'the restart')
  await comesBack(to)
  await until(() => to.csms.sent('BootNotification').length === 2, 'the boot')
})

test.each([
  ['EmptySlot', '0,4'],
  [undefined, '9'],
])('B10.FR.02: an order with %s (%s) is refused', async (_, value) => {
  const to = await standardScene()
  expect(statusOf(await set(to, 'OCPPCommCtrlr', 'NetworkConfigurationPriority', value))).toBe(
    'Rejected',
  )
})

test.each([
  ['InvalidConfSlot', { configurationSlot: 9 }],
  ['InvalidURL', { connectionData: { ocppCsmsUrl: 'wss://127.0.0.1/x' } }],
  ['InvalidNetworkConf', { connectionData: { ocppTransport: 'SOAP' } }],
  ['NoSecurityProfile', { connectionData: { securityProfile: 4 } }],
  ['NoSecurityDowngrade', { connectionData: { securityProfile: 0 } }],
])(
  'B09.FR.02, B09.FR.05: a profile is refused: %s',
  async (reasonCode, asked: Readonly<Record<string, unknown>>) => {
    const to = await standardScene()
    const { connectionData, ...rest } = asked
    const answer = await to.csms.call('SetNetworkProfile', {
      ...profile(1, connectionData ?? {}),
      ...rest,
    })
    expect(answer).toEqual({ status: 'Rejected', statusInfo: { reasonCode } })
  },
)
