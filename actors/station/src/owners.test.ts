import { toBase64 } from '@interlock/kernel'
import { ownerKeyMac, revocationStatement } from '@interlock/seal'
import { expect, test } from 'vitest'
import { crypto, otherStation, owner, stationSubject } from './fixture/parties.fixture.ts'
import { scene, type Scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const vendorId = 'org.interlock'
const bring = async (to: Scene, code: string, spki = owner.spki, station = stationSubject.eui) => {
  const mac = toBase64(ownerKeyMac(code, station, spki, crypto))
  const data = { spki: toBase64(spki), mac }
  return to.csms.endpoint().call('DataTransfer', { vendorId, messageId: 'OwnerKey', data })
}
const keysHeard = (to: Scene) =>
  to.llcs.heard.filter((each) => each.kind === 'ownerKeys').at(-1)?.keys ?? []

test('an owner’s key enters by the code shown at the charger and goes to the LLCS', async () => {
  const to = await scene()
  const code = to.station.hardware.press('pair') ?? ''
  expect(code).toMatch(/^[A-Z2-7]{16}$/)
  expect(await bring(to, code)).toEqual({ status: 'Accepted' })
  expect(to.station.hardware.owners()).toEqual([toBase64(owner.spki)])
  await until(() => keysHeard(to).length === 1, 'the key at the LLCS')
})

test('without a code, with a wrong one, or for another charger no key enters', async () => {
  const to = await scene()
  const reason = async (answer: ReturnType<typeof bring>) => (await answer).statusInfo?.reasonCode
  expect(await reason(bring(to, 'GUESSGUESSGUESSG'))).toBe('NoPairingCode')
  const code = to.station.hardware.press('pair') ?? ''
  expect(await reason(bring(to, 'GUESSGUESSGUESSG'))).toBe('CodeWrong')
  expect(await reason(bring(to, code, owner.spki, otherStation))).toBe('CodeWrong')
  for (let guess = 0; guess < 3; guess++) await bring(to, 'GUESSGUESSGUESSG')
  expect(await reason(bring(to, code))).toBe('NoPairingCode')
  const malformed = to.csms
    .endpoint()
    .call('DataTransfer', { vendorId, messageId: 'OwnerKey', data: { spki: '!' } })
  expect((await malformed).statusInfo?.reasonCode).toBe('Malformed')
  expect(to.station.hardware.owners()).toEqual([])
})

test('a key that a relay exchanges for its own does not enter', async () => {
  const to = await scene()
  const code = to.station.hardware.press('pair') ?? ''
  const mac = toBase64(ownerKeyMac(code, stationSubject.eui, owner.spki, crypto))
  const spki = toBase64(crypto.generateKey().key.publicKey.spki)
  const message = { vendorId, messageId: 'OwnerKey', data: { spki, mac } }
  const answer = await to.csms.endpoint().call('DataTransfer', message)
  expect(answer.statusInfo?.reasonCode).toBe('CodeWrong')
})

test('a lost key is revoked at the charger, or by another owner’s signed word', async () => {
  const to = await scene()
  const second = crypto.generateKey().key
  await bring(to, to.station.hardware.press('pair') ?? '')
  await bring(to, to.station.hardware.press('pair') ?? '', second.publicKey.spki)
  expect(to.station.hardware.owners()).toHaveLength(2)

  const revoke = async (by: typeof second, at: number) => {
    const statement = revocationStatement(stationSubject.eui, owner.spki, at)
    const data = {
      spki: toBase64(owner.spki),
      by: toBase64(by.publicKey.spki),
      signature: toBase64(crypto.sign(by, statement)),
      at,
    }
    const message = { vendorId, messageId: 'OwnerKeyRevocation', data }
    const answer = await to.csms.endpoint().call('DataTransfer', message)
    return answer.statusInfo?.reasonCode ?? answer.status
  }
  const now = to.clock.now()
  expect(await revoke(crypto.generateKey().key, now)).toBe('OwnerUnknown')
  expect(await revoke(second, now - 3_600_000)).toBe('Expired')
  expect(await revoke(owner.key, now)).toBe('Malformed')
  expect(await revoke(second, now)).toBe('Accepted')
  expect(to.station.hardware.owners()).toEqual([toBase64(second.publicKey.spki)])
  to.station.hardware.revoke(toBase64(second.publicKey.spki))
  expect(to.station.hardware.owners()).toEqual([])
  await until(() => keysHeard(to).length === 0, 'the empty list at the LLCS')
})

test('the CSMS can ask which keys may arm here, and is told as they are now', async () => {
  const to = await scene()
  const ask = async (data?: object) =>
    to.csms.endpoint().call('DataTransfer', {
      vendorId,
      messageId: 'OwnerKeys',
      ...(data === undefined ? {} : { data }),
    })
  expect(await ask()).toEqual({ status: 'Accepted', data: { keys: [] } })
  await bring(to, to.station.hardware.press('pair') ?? '')
  expect(await ask()).toEqual({ status: 'Accepted', data: { keys: [toBase64(owner.spki)] } })
  // Asking with keys puts none in.
  await ask({ keys: [toBase64(crypto.generateKey().key.publicKey.spki)] })
  expect(to.station.hardware.owners()).toEqual([toBase64(owner.spki)])
})

test('owners’ keys survive a loss of power', async () => {
  const to = await scene()
  await to.enrolOwner()
  await to.restart()
  expect(to.station.hardware.owners()).toEqual([toBase64(owner.spki)])
})
