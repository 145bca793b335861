import { guestStatement, type Guest } from '@interlock/driver'
import { inHours, toBase64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { crypto, otherStation, owner, stationSubject } from './fixture/parties.fixture.ts'
import { night, scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const uid = '04A1B2C3'
const guest: Guest = {
  uid,
  name: 'Zoë',
  wattHours: 10_000,
  until: night + inHours(24),
  payer: null,
}
const card = { energyWattHours: 30_000, vehicleWattsMax: 7_000, idToken: uid }

test('an owner allows a guest: a CSMS can invent, alter or repeat none, and the charge ends at the cap', async () => {
  const home = await scene({
    entropy: { bytes: (length) => new Uint8Array(length), below: () => 0 },
  })
  await home.enrolOwner()
  const signed = (said: Guest, at: number, by = owner.key, eui = stationSubject.eui) => ({
    guest: said,
    by: toBase64(by.publicKey.spki),
    signature: toBase64(crypto.sign(by, guestStatement(eui, said, at))),
    at,
  })
  const allow = async (data: object) => {
    const message = { vendorId: 'org.interlock', messageId: 'Guest', data }
    const answer = await home.csms.endpoint().call('DataTransfer', { ...message })
    return answer.statusInfo?.reasonCode ?? answer.status
  }
  const now = home.clock.now()
  const word = signed(guest, now)
  expect(await allow({ guest })).toBe('Malformed')
  expect(await allow(signed(guest, now, crypto.generateKey().key))).toBe('OwnerUnknown')
  expect(await allow(signed(guest, now, owner.key, otherStation))).toBe('SignatureInvalid')
  expect(await allow({ ...word, guest: { ...guest, wattHours: 90_000 } })).toBe('SignatureInvalid')
  expect(await allow(signed(guest, now - inHours(1)))).toBe('Expired')
  expect(await allow(word)).toBe('Accepted')
  expect(await allow(word)).toBe('GuestOlder')

  const shown = () => home.station.observe()
  const { hardware } = home.station
  // Whatever the CSMS answers: the owner's guest charges all the same.
  const invalid = () => ({ idTokenInfo: { status: 'Invalid' as const } })
  Object.assign(home.csms.answers, { Authorize: invalid, TransactionEvent: invalid })
  hardware.plugIn(card)
  expect(shown().setPointWatts).toBe(7_400)
  await home.clock.advance(inHours(1))
  expect(shown().setPointWatts).toBe(7_400)
  await home.restart()
  await home.clock.advance(inHours(1))
  expect(shown()).toMatchObject({ setPointWatts: 0, why: 'NotAuthorised', meterWattHours: 10_000 })
  expect(home.csms.sent('Authorize')).toEqual([])

  // It comes back with nothing left, and the owner gives more.
  await until(() => home.csms.connected(), 'the station is back')
  const again = home.station.hardware
  again.unplug()
  again.plugIn(card)
  await home.clock.advance(inHours(1))
  expect(shown()).toMatchObject({ setPointWatts: 0, meterWattHours: 10_000 })
  again.unplug()
  expect(await allow(signed({ ...guest, wattHours: 1_000 }, home.clock.now()))).toBe('Accepted')
  again.plugIn(card)
  await home.clock.advance(inHours(1))
  expect(shown()).toMatchObject({ setPointWatts: 0, meterWattHours: 11_000 })
  again.unplug()
  // The cap was the guest's: the owner's own vehicle is under none.
  again.plugIn({ energyWattHours: 30_000, vehicleWattsMax: 7_000 })
  expect(shown().setPointWatts).toBe(7_400)
})
