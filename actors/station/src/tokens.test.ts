import { expect, test } from 'vitest'
import { battery, card, sessionScene, type SessionScene } from './fixture/session.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const other = { idToken: 'CARD-2', type: 'ISO14443' as const }
const group = { idToken: 'FAMILY', type: 'Central' as const }
const asked = (scene: SessionScene) => scene.csms.sent('Authorize').length
const draws = (scene: SessionScene) => scene.station.observe().powerWatts
const allows =
  (status: string, of: Record<string, unknown> = {}) =>
  () => ({
    idTokenInfo: { status, ...of },
  })
/** Starts with that card and comes back to rest, so that the cache knows it. */
async function known(scene: SessionScene, status = 'Accepted'): Promise<void> {
  scene.csms.answers.Authorize = allows(status)
  scene.station.hardware.present(card)
  await until(() => asked(scene) === 1)
  await scene.quiet('Authorize', 1)
  if (status === 'Accepted') scene.station.hardware.present(card)
  await scene.setting('AuthCtrlr', 'LocalPreAuthorize', 'true')
}

test.each(['Invalid', 'Blocked', 'Expired', 'Unknown', 'NoCredit'])(
  'a card that the CSMS calls %s starts nothing (C01.FR.01)',
  async (status) => {
    const scene = await sessionScene()
    scene.csms.answers.Authorize = allows(status)
    scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
    await until(() => asked(scene) === 1)
    await scene.quiet('TransactionEvent', 1)
    expect(draws(scene)).toBe(0)
  },
)

test('a card that is remembered as good is not asked for again, also after a loss of power (C10, C12)', async () => {
  const scene = await sessionScene()
  await known(scene)
  await scene.restart()
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await until(() => draws(scene) > 0)
  expect(asked(scene)).toBe(1)
})

test('one that is remembered as bad gets a second opinion (C12.FR.05)', async () => {
  const scene = await sessionScene()
  await known(scene, 'Invalid')
  scene.csms.answers.Authorize = allows('Accepted')
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await until(() => draws(scene) > 0)
  expect(asked(scene)).toBe(2)
})

test('unless DisablePostAuthorize says that the first was enough', async () => {
  const scene = await sessionScene()
  await known(scene, 'Invalid')
  await scene.setting('AuthCacheCtrlr', 'DisablePostAuthorize', 'true')
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await scene.told(1)
  await scene.quiet('Authorize', 1)
  expect(draws(scene)).toBe(0)
})

test('what is remembered is forgotten after AuthCacheLifeTime and by ClearCache (C10.FR.08, C10.FR.10, C11.FR.03, C11.FR.04)', async () => {
  const scene = await sessionScene()
  await known(scene)
  await scene.setting('AuthCacheCtrlr', 'LifeTime', '60')
  await scene.clock.advance(60_000)
  scene.station.hardware.present(card)
  await until(() => asked(scene) === 2)
  await scene.quiet('Authorize', 2)
  scene.station.hardware.present(card)
  expect(await scene.csms.call('ClearCache', {})).toEqual({ status: 'Accepted' })
  scene.station.hardware.present(card)
  await until(() => asked(scene) === 3)
  await scene.setting('AuthCacheCtrlr', 'Enabled', 'false')
  expect(await scene.csms.call('ClearCache', {})).toMatchObject({ status: 'Rejected' })
})

test('an answer to an event is remembered too (C10.FR.05)', async () => {
  const scene = await sessionScene()
  await known(scene)
  scene.csms.answers.TransactionEvent = ({ idToken }) =>
    idToken === undefined ? {} : allows('Invalid')()
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await until(() => scene.events().some(({ triggerReason }) => triggerReason === 'Deauthorized'))
  scene.station.hardware.present(card)
  await until(() => asked(scene) === 2)
})

const listOf = (idToken: typeof card, status: string, version = 1) => ({
  updateType: 'Full',
  versionNumber: version,
  localAuthorizationList: [{ idToken, idTokenInfo: { status } }],
})

test('the local list is kept over a loss of power and decides offline (C13, D01.FR.10)', async () => {
  const scene = await sessionScene()
  expect(await scene.csms.call('SendLocalList', listOf(card, 'Accepted', 7))).toEqual({
    status: 'Accepted',
  })
  await scene.restart()
  expect(await scene.csms.call('GetLocalListVersion', {})).toEqual({ versionNumber: 7 })
  scene.csms.admit = () => 503
  scene.csms.drop()
  await until(() => !scene.station.connected().csms)
  scene.station.hardware.plugIn({ ...battery, idToken: other.idToken })
  expect(draws(scene)).toBe(0)
  scene.station.hardware.present(card)
  expect(draws(scene)).toBeGreaterThan(0)
})

test('an older differential update is a mismatch, and a list that is not in use has no version (D01.FR.19, D02.FR.03)', async () => {
  const scene = await sessionScene()
  await scene.csms.call('SendLocalList', listOf(card, 'Accepted', 7))
  const older = { ...listOf(other, 'Accepted', 7), updateType: 'Differential' }
  expect(await scene.csms.call('SendLocalList', older)).toEqual({ status: 'VersionMismatch' })
  await scene.setting('LocalAuthListCtrlr', 'Enabled', 'false')
  expect(await scene.csms.call('GetLocalListVersion', {})).toEqual({ versionNumber: 0 })
  expect(await scene.csms.call('SendLocalList', listOf(card, 'Accepted', 9))).toMatchObject({
    status: 'Failed',
  })
})

test.each([
  ['of the same group stops', 'FAMILY', 'Accepted', 'Updated StopAuthorized Charging'],
  ['of another group does not', 'OTHERS', 'Accepted', undefined],
  ['of the same group that is no good does not (C09.FR.11)', 'FAMILY', 'Invalid', undefined],
])('another card %s what the first began (C09)', async (_title, idToken, status, told) => {
  const scene = await sessionScene()
  scene.csms.answers.Authorize = allows('Accepted', { groupIdToken: group })
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await scene.told(3)
  scene.csms.answers.Authorize = allows(status, { groupIdToken: { ...group, idToken } })
  scene.station.hardware.present(other)
  await until(() => asked(scene) === 2)
  if (told === undefined) {
    await scene.quiet('TransactionEvent', 3)
    expect(draws(scene)).toBeGreaterThan(0)
    return
  }
  expect((await scene.told(4))[3]).toBe(told)
  expect(scene.events()[3]?.idToken).toEqual(other)
  expect(draws(scene)).toBe(0)
})

test('the master pass stops what is going on and starts nothing (C16.FR.03, C16.FR.07)', async () => {
  const scene = await sessionScene()
  await scene.setting('AuthCtrlr', 'MasterPassGroupId', 'MASTER')
  await scene.points(['EVConnected'], ['Authorized'])
  const master = allows('Accepted', { groupIdToken: { idToken: 'MASTER', type: 'Central' } })
  scene.csms.answers.Authorize = master
  scene.station.hardware.plugIn({ ...battery, idToken: other.idToken })
  await until(() => asked(scene) === 1)
  await scene.quiet('TransactionEvent', 1)
  expect(draws(scene)).toBe(0)
  scene.csms.answers.Authorize = allows('Accepted')
  scene.station.hardware.present(card)
  await scene.told(3)
  scene.csms.answers.Authorize = master
  scene.station.hardware.present(other)
  expect((await scene.told(4))[3]).toBe('Ended StopAuthorized EVConnected MasterPass')
})

test('with DisableRemoteAuthorization nobody is asked (C01)', async () => {
  const scene = await sessionScene()
  await scene.setting('AuthCtrlr', 'DisableRemoteAuthorization', 'true')
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await scene.told(1)
  await scene.quiet('Authorize', 0)
  expect(draws(scene)).toBe(0)
})

test('a station that asks nobody charges whoever plugs in, and a button is as good (C02.FR.01)', async () => {
  const scene = await sessionScene()
  scene.station.hardware.plugIn(battery)
  scene.station.hardware.press('start')
  await until(() => draws(scene) > 0)
  expect((await scene.told(3))[1]).toBe('Updated Authorized SuspendedEVSE')
  expect(scene.events()[1]?.idToken).toEqual({ idToken: '', type: 'NoAuthorization' })
  scene.station.hardware.unplug()
  await scene.setting('AuthCtrlr', 'Enabled', 'false')
  scene.station.hardware.plugIn(battery)
  await until(() => draws(scene) > 0)
  expect(asked(scene)).toBe(0)
})

test('a code at the keys is a token like any other (C04)', async () => {
  const scene = await sessionScene()
  scene.station.hardware.plugIn(battery)
  scene.station.hardware.present({ idToken: '1234', type: 'KeyCode' })
  await until(() => draws(scene) > 0)
  expect(scene.csms.sent('Authorize')[0]).toEqual({ idToken: { idToken: '1234', type: 'KeyCode' } })
})

test('a cable that stays in the socket is given back to the card that charged (E09.FR.03)', async () => {
  const scene = await sessionScene()
  await scene.setting('OCPPCommCtrlr', 'UnlockOnEVSideDisconnect', 'false')
  scene.station.hardware.plugIn({ ...battery, idToken: card.idToken })
  await until(() => draws(scene) > 0)
  const status = () => scene.csms.sent('StatusNotification').at(-1)?.connectorStatus
  scene.station.hardware.unplug('EV')
  scene.station.hardware.unplug('station')
  await scene.quiet('Authorize', 1)
  expect(status()).toBe('Occupied')
  scene.station.hardware.present(card)
  scene.station.hardware.unplug('station')
  await until(() => status() === 'Available')
})
