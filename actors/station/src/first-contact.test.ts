import { expect, test } from 'vitest'
import { profileOf, second, sign } from './fixture/commands.fixture.ts'
import { night, scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

test('first contact leads from the one-time secret to a certificate, cells and profile 3', async () => {
  const { clock, csms, station } = await scene({ firstContact: true })
  await until(() => station.connected().csms, 'profile 3')
  expect(csms.sent('BootNotification')).toHaveLength(2)
  const jws = second(clock, sign(clock, 'SetChargingProfile', profileOf(night, 3_000)))
  await csms.endpoint().callSigned('SetChargingProfile', jws)
  // The pinned cells verified it: the command was stored, not refused.
  expect(station.decisions().map((each) => each.decision)).toContain('stored')
})

test('a certificate nobody asked for is refused and reported', async () => {
  const { csms } = await scene()
  const answer = await csms.endpoint().call('CertificateSigned', { certificateChain: 'x' })
  expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'NotRequested' } })
  await until(() => csms.sent('SecurityEventNotification').length > 0, 'the security event')
  expect(csms.sent('SecurityEventNotification')[0]?.type).toBe('InvalidChargingStationCertificate')
})
