import { expect, test } from 'vitest'
import type { TxPoint } from './core/tx-points.ts'
import { battery, card, sessionScene } from './fixture/session.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const plugged = 'CablePluggedIn EVConnected'
const charging = 'Updated ChargingStateChanged Charging'

test.each<[TxPoint, readonly string[]]>([
  [
    'ParkingBayOccupancy',
    ['Started EVDetected Idle', `Updated ${plugged}`, 'Updated Authorized SuspendedEVSE', charging],
  ],
  ['EVConnected', [`Started ${plugged}`, 'Updated Authorized SuspendedEVSE', charging]],
  ['Authorized', ['Started Authorized SuspendedEVSE', charging]],
  ['PowerPathClosed', ['Started Authorized SuspendedEVSE', charging]],
  ['DataSigned', ['Started SignedDataReceived SuspendedEVSE', charging]],
  ['EnergyTransfer', ['Started ChargingStateChanged Charging']],
])('cable first, a transaction begins at %s (E01, E02)', async (point, told) => {
  const scene = await sessionScene()
  await scene.points([point], ['EVConnected'])
  scene.station.hardware.plugIn(battery)
  scene.station.hardware.present(card)
  expect(await scene.told(told.length)).toEqual(told)
  await scene.quiet('TransactionEvent', told.length)
  expect(scene.events().map(({ seqNo }) => seqNo)).toEqual(told.map((_, at) => at))
  expect(scene.events().filter(({ idToken }) => idToken !== undefined)).toHaveLength(1)
  expect(scene.events().find(({ idToken }) => idToken !== undefined)?.idToken).toEqual(card)
})

test.each<[TxPoint, readonly string[]]>([
  ['Authorized', ['Started Authorized Idle', 'Updated CablePluggedIn EVConnected', charging]],
  ['EVConnected', ['Started CablePluggedIn EVConnected', charging]],
  ['PowerPathClosed', ['Started CablePluggedIn EVConnected', charging]],
  ['EnergyTransfer', ['Started ChargingStateChanged Charging']],
])('card first, a transaction begins at %s (E01, E03)', async (point, told) => {
  const scene = await sessionScene()
  await scene.points([point], ['EVConnected'])
  scene.station.hardware.present(card)
  await until(() => scene.csms.sent('Authorize').length === 1)
  await scene.settled()
  scene.station.hardware.plugIn(battery)
  expect(await scene.told(told.length)).toEqual(told)
  // The EVSE is named, with the values of the begin, as soon as it is known (E01.FR.16).
  const placed = scene.events().find(({ evse }) => evse !== undefined)
  expect(placed?.meterValue?.[0]?.sampledValue[0]?.context).toBe('Transaction.Begin')
})

test.each<[TxPoint, readonly string[]]>([
  ['Authorized', ['Ended StopAuthorized EVConnected Local']],
  ['PowerPathClosed', ['Ended StopAuthorized EVConnected Local']],
  [
    'EnergyTransfer',
    ['Updated StopAuthorized Charging', 'Ended ChargingStateChanged EVConnected Local'],
  ],
  [
    'DataSigned',
    [
      'Updated StopAuthorized Charging',
      'Updated ChargingStateChanged EVConnected',
      'Ended SignedDataReceived EVConnected Local',
    ],
  ],
  [
    'EVConnected',
    [
      'Updated StopAuthorized Charging',
      'Updated ChargingStateChanged EVConnected',
      'Ended EVCommunicationLost Idle Local',
    ],
  ],
  [
    'ParkingBayOccupancy',
    [
      'Updated StopAuthorized Charging',
      'Updated ChargingStateChanged EVConnected',
      'Updated EVCommunicationLost Idle',
      'Ended EVDeparted Idle Local',
    ],
  ],
])('stopped by its own card, a transaction ends at %s (E06, E07)', async (point, told) => {
  const scene = await sessionScene()
  await scene.points(['EVConnected'], [point])
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await scene.told(3)
  scene.station.hardware.present(card)
  await until(() => scene.station.observe().powerWatts === 0)
  scene.station.hardware.unplug()
  expect((await scene.told(3 + told.length)).slice(3)).toEqual(told)
  await scene.quiet('TransactionEvent', 3 + told.length)
  expect(scene.station.observe().transactionId).toBeUndefined()
})

test('stopped from afar, the reason is remote (F03)', async () => {
  const scene = await sessionScene()
  await scene.points(['EVConnected'], ['Authorized'])
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await scene.told(3)
  const stop = (transactionId: string) =>
    scene.csms.call('RequestStopTransaction', { transactionId })
  expect(await stop('another')).toMatchObject({ status: 'Rejected' })
  expect(await stop(scene.station.observe().transactionId ?? '')).toEqual({ status: 'Accepted' })
  expect((await scene.told(4))[3]).toBe('Ended RemoteStop EVConnected Remote')
})

test.each([
  [true, 'Authorized', ['Ended EVCommunicationLost Idle EVDisconnected']],
  [false, 'PowerPathClosed', ['Ended EVCommunicationLost Idle EVDisconnected']],
  [
    false,
    'Authorized',
    ['Updated EVCommunicationLost Idle', 'Updated CablePluggedIn EVConnected', charging],
  ],
])(
  'the vehicle goes and comes, StopTxOnEVSideDisconnect %s, stop at %s (E09, E10)',
  async (stops, point, told) => {
    const scene = await sessionScene()
    await scene.setting('TxCtrlr', 'StopTxOnEVSideDisconnect', `${stops}`)
    await scene.points(['EVConnected'], [point as TxPoint])
    scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
    await scene.told(3)
    scene.station.hardware.unplug()
    await scene.told(4)
    scene.station.hardware.plugIn(battery)
    expect((await scene.told(3 + told.length)).slice(3, 3 + told.length)).toEqual(told)
  },
)

test('a cable that is not plugged in in time ends the leave to charge (C01.FR.26, E03.FR.05)', async () => {
  const scene = await sessionScene()
  await scene.points(['Authorized'], ['Authorized'])
  scene.station.hardware.present(card)
  await scene.told(1)
  await scene.clock.advance(60_000)
  expect((await scene.told(2))[1]).toBe('Ended EVConnectTimeout Idle Timeout')
  scene.station.hardware.plugIn(battery)
  await scene.quiet('TransactionEvent', 2)
  expect(scene.station.observe().powerWatts).toBe(0)
})

test.each([
  ['EVConnected', 'Ended EVConnectTimeout Idle Timeout'],
  ['ParkingBayOccupancy', 'Updated EVConnectTimeout Idle'],
])(
  'no cable in time ends the transaction, unless the driver ends it by leaving: %s (E03.FR.05, E03.FR.15)',
  async (stopPoint, told) => {
    const scene = await sessionScene()
    await scene.points(['Authorized'], [stopPoint as TxPoint])
    scene.station.hardware.present(card)
    await scene.told(1)
    await scene.clock.advance(60_000)
    expect((await scene.told(2))[1]).toBe(told)
  },
)

test('the timeout runs on over a loss of power', async () => {
  const scene = await sessionScene()
  await scene.points(['Authorized'], ['Authorized'])
  scene.station.hardware.present(card)
  await scene.told(1)
  await scene.clock.advance(30_000)
  // What was not acknowledged would be told again.
  await scene.settled()
  await scene.restart()
  await scene.clock.advance(30_000)
  expect((await scene.told(2))[1]).toBe('Ended EVConnectTimeout Idle Timeout')
})

test('a vehicle that is not ready suspends, and one that stops may end the transaction (E06.FR.07)', async () => {
  const scene = await sessionScene()
  await scene.points(['EVConnected'], ['EnergyTransfer'])
  scene.station.hardware.plugIn({ ...battery, paused: true, idToken: card.idToken })
  expect((await scene.told(3))[2]).toBe('Updated ChargingStateChanged SuspendedEV')
  scene.station.hardware.pauseVehicle(false)
  scene.station.hardware.pauseVehicle(true)
  expect((await scene.told(5))[4]).toBe('Ended ChargingStateChanged EVConnected StoppedByEV')
})

test.each([
  ['true', '0', ['Ended Deauthorized EVConnected DeAuthorized']],
  ['false', '0', ['Updated ChargingStateChanged SuspendedEVSE']],
  ['false', '1000', []],
])(
  'a token that turns out invalid: StopTxOnInvalidId %s, MaxEnergyOnInvalidId %s (E05.FR.02, E05.FR.03, E05.FR.10)',
  async (stops, energy, told) => {
    const scene = await sessionScene({
      before: ({ answers }) => {
        answers.TransactionEvent = ({ idToken }) =>
          idToken === undefined ? {} : { idTokenInfo: { status: 'Invalid' } }
      },
    })
    await scene.setting('TxCtrlr', 'StopTxOnInvalidId', stops)
    await scene.setting('TxCtrlr', 'MaxEnergyOnInvalidId', energy)
    await scene.points(['EVConnected'], ['Authorized'])
    scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
    expect((await scene.told(3 + told.length)).slice(3)).toEqual(told)
    if (energy === '0') return
    await scene.clock.advance(3_600_000)
    const { meterWattHours, powerWatts } = scene.station.observe()
    expect([meterWattHours, powerWatts]).toEqual([1_000, 0])
    expect((await scene.told(6)).at(-1)).toContain('SuspendedEVSE')
  },
)

test('what happens offline is told in order afterwards, and marked so (E04.FR.01, E04.FR.02, E04.FR.03, E04.FR.04, E12)', async () => {
  const scene = await sessionScene()
  await scene.setting('AuthCtrlr', 'OfflineTxForUnknownIdEnabled', 'true')
  await scene.points(['EVConnected'], ['EVConnected'])
  scene.csms.admit = () => 503
  scene.csms.drop()
  await until(() => !scene.station.connected().csms)
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await scene.clock.advance(900_000)
  scene.station.hardware.unplug()
  scene.csms.admit = () => undefined
  const told = await scene.told(5)
  expect([told[0], told.at(-1)]).toEqual([
    'Started CablePluggedIn EVConnected',
    'Ended EVCommunicationLost Idle EVDisconnected',
  ])
  expect(scene.events().every(({ offline }) => offline === true)).toBe(true)
  expect(scene.events().map(({ seqNo }) => seqNo)).toEqual(told.map((_, at) => at))
})

test('an event that is not taken is sent again, ever later, and then given up (E13)', async () => {
  const scene = await sessionScene({
    before: ({ answers }) => (answers.TransactionEvent = () => ({ nonsense: true })),
  })
  await scene.setting('OCPPCommCtrlr', 'MessageAttempts', '3', 'TransactionEvent')
  await scene.setting('OCPPCommCtrlr', 'MessageAttemptInterval', '10', 'TransactionEvent')
  const sent = (count: number) => until(() => scene.events().length === count, `${count} attempts`)
  scene.station.hardware.plugIn(battery)
  await sent(1)
  await scene.quiet('TransactionEvent', 1)
  await scene.clock.advance(10_000)
  await sent(2)
  await scene.quiet('TransactionEvent', 2)
  await scene.clock.advance(10_000)
  await scene.quiet('TransactionEvent', 2)
  await scene.clock.advance(10_000)
  await sent(3)
  await scene.quiet('TransactionEvent', 3)
  expect(await scene.csms.call('GetTransactionStatus', {})).toEqual({ messagesInQueue: false })
})

test('the status of a transaction says whether it is going on and whether all was told (E14)', async () => {
  const scene = await sessionScene()
  const status = (payload: Record<string, unknown>) =>
    scene.csms.call('GetTransactionStatus', payload)
  expect(await status({ transactionId: 'x' })).toEqual({
    ongoingIndicator: false,
    messagesInQueue: false,
  })
  let release = (): void => {}
  scene.csms.answers.TransactionEvent = () =>
    new Promise((resolve) => {
      release = () => resolve({})
    })
  scene.station.hardware.plugIn(battery)
  await scene.told(1)
  const transactionId = scene.station.observe().transactionId ?? ''
  expect(await status({ transactionId })).toEqual({ ongoingIndicator: true, messagesInQueue: true })
  expect(await status({})).toEqual({ messagesInQueue: true })
  scene.csms.answers.TransactionEvent = () => ({})
  release()
  await scene.quiet('TransactionEvent', 1)
  expect(await status({ transactionId })).toEqual({
    ongoingIndicator: true,
    messagesInQueue: false,
  })
})

test('a remote start is announced by the first event, with its id (F01, F02)', async () => {
  const scene = await sessionScene()
  await scene.points(['Authorized'], ['Authorized'])
  const request = { idToken: card, remoteStartId: 7, evseId: 1 }
  expect(await scene.csms.call('RequestStartTransaction', request)).toEqual({ status: 'Accepted' })
  expect(await scene.told(1)).toEqual(['Started RemoteStart Idle'])
  expect(scene.events()[0]).toMatchObject({ idToken: card, transactionInfo: { remoteStartId: 7 } })
  expect(scene.csms.sent('Authorize')).toHaveLength(0)
  expect(await scene.csms.call('RequestStartTransaction', request)).toMatchObject({
    status: 'Rejected',
  })
  scene.station.hardware.plugIn(battery)
  expect((await scene.told(3)).slice(1)).toEqual(['Updated CablePluggedIn EVConnected', charging])
})

test('under AuthorizeRemoteStart the token is asked for first (F01.FR.01)', async () => {
  const scene = await sessionScene()
  await scene.setting('AuthCtrlr', 'AuthorizeRemoteStart', 'true')
  scene.csms.answers.Authorize = () => ({ idTokenInfo: { status: 'Invalid' } })
  const request = { idToken: card, remoteStartId: 7 }
  expect(await scene.csms.call('RequestStartTransaction', request)).toEqual({ status: 'Accepted' })
  await until(() => scene.csms.sent('Authorize').length === 1)
  scene.station.hardware.plugIn(battery)
  await scene.told(1)
  await scene.quiet('TransactionEvent', 1)
  expect(scene.station.observe().powerWatts).toBe(0)
})
