import { toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { night } from './fixture/scene.fixture.ts'
import { battery, card, sessionScene, type SessionScene } from './fixture/session.fixture.ts'
import { until } from './fixture/until.fixture.ts'

type Change = Record<string, unknown> & {
  readonly limit?: number
  readonly duration?: number
  readonly unit?: 'A' | 'W'
}
const profile = ({ limit = 6, duration = 300, unit = 'A', ...change }: Change = {}) => ({
  id: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: [
    {
      id: 1,
      startSchedule: toIso(night),
      duration,
      chargingRateUnit: unit,
      chargingSchedulePeriod: [{ startPeriod: 0, limit, numberPhases: 1 }],
    },
  ],
  ...change,
})
const set = (scene: SessionScene, chargingProfile: object, evseId = 1) =>
  scene.csms.call('SetChargingProfile', { evseId, chargingProfile })
const reported = async (scene: SessionScene, criterion: object, evseId?: number) => {
  const before = scene.csms.sent('ReportChargingProfiles').length
  const answer = await scene.csms.call('GetChargingProfiles', {
    requestId: 5,
    ...(evseId === undefined ? {} : { evseId }),
    chargingProfile: criterion,
  })
  if (answer.status !== 'Accepted') return answer.status
  const reports = () => scene.csms.sent('ReportChargingProfiles').slice(before)
  await until(() => reports().some(({ tbc }) => tbc === false), 'the last report')
  return reports()
}
const composite = async (scene: SessionScene, evseId = 1, unit = 'A', duration = 400) => {
  const { schedule } = await scene.csms.call('GetCompositeSchedule', {
    evseId,
    duration,
    chargingRateUnit: unit,
  })
  const { chargingSchedulePeriod: periods } = schedule as {
    chargingSchedulePeriod: { startPeriod: number; limit: number }[]
  }
  return periods.map(({ startPeriod, limit }) => [startPeriod, limit])
}
const charging = async (scene: SessionScene) => {
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await until(() => scene.station.observe().powerWatts > 0)
  return scene.station.observe().transactionId ?? ''
}

test('a profile is reported as it was sent, also after a loss of power (K01, K09)', async () => {
  const scene = await sessionScene()
  expect(await set(scene, profile())).toEqual({ status: 'Accepted' })
  await scene.restart()
  expect(await reported(scene, { chargingProfileId: [1] })).toEqual([
    {
      requestId: 5,
      evseId: 1,
      chargingLimitSource: 'CSO',
      chargingProfile: [profile()],
      tbc: false,
    },
  ])
})

test('a default for the station is another report than one for the EVSE (K09.FR.04)', async () => {
  const scene = await sessionScene()
  await set(scene, profile({ id: 1, chargingProfilePurpose: 'ChargingStationMaxProfile' }), 0)
  await set(scene, profile({ id: 2 }))
  await set(scene, profile({ id: 3, stackLevel: 1 }))
  const ids = async (criterion: object, evseId?: number) => {
    const reports = await reported(scene, criterion, evseId)
    if (!Array.isArray(reports)) return reports
    return reports.flatMap((each) => (each.chargingProfile as { id: number }[]).map(({ id }) => id))
  }
  expect(await ids({}, 0)).toEqual([1])
  expect(await ids({}, 1)).toEqual([2, 3])
  expect(await ids({})).toEqual([1, 2, 3])
  expect(await ids({ stackLevel: 1 }, 1)).toEqual([3])
  expect(await ids({ chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 })).toEqual([2])
  expect(await ids({ chargingLimitSource: ['EMS'] })).toBe('NoProfiles')
})

test.each([
  ['an unknown EVSE (K01.FR.28)', {}, 9],
  [
    'a TxProfile where nothing is going on (K01.FR.09)',
    { chargingProfilePurpose: 'TxProfile', transactionId: 'x' },
    1,
  ],
  [
    'a TxProfile for all EVSEs (K01.FR.16)',
    { chargingProfilePurpose: 'TxProfile', transactionId: 'x' },
    0,
  ],
  [
    'an outside limit (K01.FR.22)',
    { chargingProfilePurpose: 'ChargingStationExternalConstraints' },
    0,
  ],
])('%s is refused and not held', async (_title, change, evseId) => {
  const scene = await sessionScene()
  expect(await set(scene, profile(change), evseId)).toMatchObject({ status: 'Rejected' })
  expect(await reported(scene, {})).toBe('NoProfiles')
})

test('a TxProfile holds for its transaction and ends with it (K02.FR.05)', async () => {
  const scene = await sessionScene()
  const transactionId = await charging(scene)
  const own = profile({ id: 4, limit: 10, chargingProfilePurpose: 'TxProfile', transactionId })
  expect(await set(scene, own)).toEqual({ status: 'Accepted' })
  expect(scene.station.observe().setPointWatts).toBe(2_300)
  scene.station.hardware.unplug()
  expect(await reported(scene, {})).toBe('NoProfiles')
})

test('what a profile allows is what the vehicle gets, edge by edge', async () => {
  const scene = await sessionScene()
  await charging(scene)
  await set(scene, profile({ unit: 'W', limit: 3_000 }))
  expect(scene.station.observe().powerWatts).toBe(3_000)
  await scene.clock.advance(300_000)
  expect(scene.station.observe().powerWatts).toBe(7_000)
})

test('the composite says what all purposes make together, in either unit (K08)', async () => {
  const scene = await sessionScene()
  expect(await composite(scene)).toEqual([[0, 32.1]])
  await set(scene, profile({ id: 1, limit: 10 }))
  await set(scene, profile({ id: 2, stackLevel: 1, duration: 100, limit: 6 }))
  await set(
    scene,
    profile({
      id: 3,
      duration: 400,
      limit: 8,
      chargingProfilePurpose: 'ChargingStationMaxProfile',
    }),
    0,
  )
  expect(await composite(scene)).toEqual([
    [0, 6],
    [100, 8],
  ])
  expect(await composite(scene, 0, 'W')).toEqual([
    [0, 1_380],
    [100, 1_840],
  ])
  const refused = { duration: 300, evseId: 9 }
  expect(await scene.csms.call('GetCompositeSchedule', refused)).toMatchObject({
    status: 'Rejected',
  })
})

test('what came into force within this second is in the schedule asked for now (K08.FR.02)', async () => {
  const scene = await sessionScene()
  await scene.clock.advance(500)
  await set(scene, profile({ validFrom: toIso(scene.clock.now()) }))
  expect(await composite(scene, 1, 'A', 100)).toEqual([[0, 6]])
})

test('clearing takes what fits and nothing else (K10)', async () => {
  const scene = await sessionScene()
  const clear = (payload: object) =>
    scene.csms.call('ClearChargingProfile', payload as Record<string, unknown>)
  expect(await clear({ chargingProfileId: 1 })).toEqual({ status: 'Unknown' })
  await set(scene, profile({ id: 1 }))
  await set(scene, profile({ id: 2, stackLevel: 1 }))
  const other = { chargingProfilePurpose: 'ChargingStationMaxProfile', stackLevel: 0 }
  expect(await clear({ chargingProfileCriteria: other })).toEqual({ status: 'Unknown' })
  const level = { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 1 }
  expect(await clear({ chargingProfileCriteria: level })).toEqual({ status: 'Accepted' })
  expect(await clear({ chargingProfileId: 1 })).toEqual({ status: 'Accepted' })
  expect(await reported(scene, {})).toBe('NoProfiles')
})

test('a remote start brings a profile for the transaction that begins (K05.FR.05, F01.FR.10, F02.FR.10, F02.FR.18, F02.FR.27)', async () => {
  const scene = await sessionScene()
  const brought = profile({ chargingProfilePurpose: 'TxProfile', limit: 10 })
  const start = (chargingProfile: object) =>
    scene.csms.call('RequestStartTransaction', {
      idToken: card,
      remoteStartId: 3,
      evseId: 1,
      chargingProfile,
    })
  expect(await start(profile())).toMatchObject({ status: 'Rejected' })
  expect(await start(brought)).toEqual({ status: 'Accepted' })
  await scene.quiet('Authorize', 0)
  scene.station.hardware.plugIn(battery)
  await until(() => scene.station.observe().powerWatts > 0)
  expect(scene.station.observe().setPointWatts).toBe(2_300)
  const { transactionId } = scene.station.observe()
  expect(await reported(scene, {})).toMatchObject([{ chargingProfile: [{ transactionId }] }])
})

test('a limit from outside holds at once, is told, and is nobody’s to clear but its own (K10.FR.08, K11.FR.01, K11.FR.02, K11.FR.05, K11.FR.06, K13.FR.01, K13.FR.02)', async () => {
  const scene = await sessionScene()
  await charging(scene)
  scene.station.hardware.outsideLimit({ watts: 2_000, source: 'EMS' })
  expect(scene.station.observe().powerWatts).toBe(2_000)
  await until(() => scene.csms.sent('NotifyChargingLimit').length === 1)
  expect(scene.csms.sent('NotifyChargingLimit')[0]).toMatchObject({
    chargingLimit: { chargingLimitSource: 'EMS' },
  })
  const purpose = { chargingProfilePurpose: 'ChargingStationExternalConstraints' }
  expect(await reported(scene, purpose)).toMatchObject([{ chargingLimitSource: 'EMS', evseId: 0 }])
  expect(
    await scene.csms.call('ClearChargingProfile', { chargingProfileCriteria: purpose }),
  ).toEqual({ status: 'Unknown' })
  scene.station.hardware.outsideLimit(undefined)
  expect(scene.station.observe().powerWatts).toBe(7_000)
  await until(() => scene.csms.sent('ClearedChargingLimit').length === 1)
})
