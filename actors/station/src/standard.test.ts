import type { Identity } from '@interlock/host'
import { expect, test } from 'vitest'
import { car, night, scene } from './fixture/scene.fixture.ts'
import { profileOf } from './fixture/commands.fixture.ts'
import { charging, csms, folderOf, stationSubject, supervisor } from './fixture/parties.fixture.ts'
import { password, standardScene } from './fixture/standard.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const basic = `Basic ${Buffer.from(`station-1:${password}`).toString('base64')}`
const tlsOf = ({ keyPem, chainPem }: Identity, clientCertificate = false) => ({
  key: keyPem,
  cert: chainPem,
  ca: [charging.root.certificatePem],
  requestCert: clientCertificate,
  rejectUnauthorized: clientCertificate,
})
const availability = { operationalStatus: 'Inoperative' }

test('a plain CSMS commands a standard station at once, without signature or second party', async () => {
  const { station, csms: plain } = await standardScene()
  station.hardware.plugIn({ ...car, idToken: 'ABCD' })
  await until(() => station.observe().setPointWatts === 7_400)
  expect(await plain.call('SetChargingProfile', profileOf(night, 3_000))).toEqual({
    status: 'Accepted',
  })
  expect(station.observe().setPointWatts).toBe(3_000)
  expect(await plain.call('ChangeAvailability', availability)).toEqual({ status: 'Scheduled' })
  station.hardware.unplug()
  await until(() => plain.sent('StatusNotification').at(-1)?.connectorStatus === 'Unavailable')
})

test('a supervised station refuses the same plain commands, and nothing moves', async () => {
  const { station, csms: server } = await scene()
  station.hardware.plugIn(car)
  station.hardware.press('start')
  const refused = { status: 'Rejected', statusInfo: { reasonCode: 'Unsigned' } }
  const endpoint = server.endpoint()
  const profile = profileOf(night, 3_000)
  expect(await endpoint.call('SetChargingProfile', profile)).toMatchObject(refused)
  expect(
    await endpoint.call('ChangeAvailability', { operationalStatus: 'Inoperative' }),
  ).toMatchObject(refused)
  expect(station.observe().setPointWatts).toBe(7_400)
})

test('a standard station obeys no more than its ratings', async () => {
  const { station, csms: plain } = await standardScene()
  station.hardware.plugIn({ ...car, idToken: 'ABCD' })
  await until(() => station.observe().setPointWatts === 7_400)
  await plain.call('SetChargingProfile', profileOf(night, 50_000))
  expect(station.observe().setPointWatts).toBe(7_400)
})

test('security profile 1: the password goes with the station identity (A00.FR.202 … .204)', async () => {
  const { csms: plain } = await standardScene()
  expect(plain.upgrades).toEqual([{ path: '/ocpp/station-1', authorization: basic }])
  expect(plain.sent('BootNotification')).toHaveLength(1)
})

test('security profile 2: TLS and the password', async () => {
  const { csms: plain } = await standardScene({ tls: tlsOf(csms) })
  expect(plain.upgrades).toEqual([{ path: '/ocpp/station-1', authorization: basic }])
  expect(plain.sent('BootNotification')).toHaveLength(1)
})

test('security profile 3: the client certificate, and no password', async () => {
  const { csms: plain } = await standardScene({
    tls: tlsOf(csms, true),
    network: { securityProfile: 3 },
    config: { identity: folderOf('chargingDevice', stationSubject.commonName) },
  })
  expect(plain.upgrades).toEqual([{ path: '/ocpp/station-1', authorization: undefined }])
  expect(plain.sent('BootNotification')).toHaveLength(1)
})

test('a server that is neither a CSMS of ours nor the host that was called gets nothing', async () => {
  const { csms: plain } = await standardScene({ tls: tlsOf(supervisor) })
  expect(plain.upgrades).toEqual([])
})
