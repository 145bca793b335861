import { readText, systemClock } from '@interlock/host'
import { inHours, inMinutes, inSeconds, plus, type PublicKey } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { certificateWait } from './certificate-requests.ts'
import { testClock } from '@interlock/kernel/clock.fixture'
import { profileOf, second, sign } from './fixture/commands.fixture.ts'
import { cellsFor, type TestCsms } from './fixture/csms.fixture.ts'
import { crypto, csms as csmsIdentity, otherStation, rival } from './fixture/parties.fixture.ts'
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

const now = systemClock.now()
const otherKey = crypto.generateKey().key.publicKey
const swapped = (key: PublicKey) => {
  const own = cellsFor(key)
  // The CSMS puts its own list under the supervisor's signature.
  return { ...own, payload: cellsFor(key, { cells: [] }).payload }
}

test.each([
  ['no list of cells', () => undefined, 'CellsMalformed'],
  [
    'a list without a signature',
    () => [{ role: 'csms', certificatePem: rival.chainPem }],
    'CellsMalformed',
  ],
  [
    'a list that the CSMS signed',
    (key: PublicKey) => cellsFor(key, {}, csmsIdentity),
    'CellsSigner',
  ],
  ['another list under the signature of its own', swapped, 'CellsSignature'],
  [
    'the list of another station',
    (key: PublicKey) => cellsFor(key, { station: otherStation }),
    'CellsStation',
  ],
  ['a list for another key', () => cellsFor(otherKey), 'CellsKey'],
  [
    'an old list',
    (key: PublicKey) => cellsFor(key, { at: plus(now, inHours(-25)) }),
    'CellsExpired',
  ],
  [
    'a list from the future',
    (key: PublicKey) => cellsFor(key, { at: plus(now, inHours(1)) }),
    'CellsExpired',
  ],
])('a certificate that comes with %s is not installed', async (_, cells, reason) => {
  let server: TestCsms | undefined
  const wall = testClock(now)
  const opening = scene({
    firstContact: true,
    wall,
    before(csms) {
      server = csms
      csms.firstContact.cells = cells
    },
  })
  await until(() => server?.firstContact.answers.length === 1, 'the answer')
  expect(server?.firstContact.answers).toEqual([reason])
  // It starts without a certificate, and pins and installs nothing.
  await wall.advance(inSeconds(15))
  const { station, data } = await opening
  expect(station.connected().csms).toBe(true)
  expect(readText(`${data}/audit.jsonl`)).toContain(`"reason":"${reason}"`)
  expect(readText(`${data}/audit.jsonl`)).not.toContain('CertificateInstalled')
  expect(() => readText(`${data}/identity/chain.pem`)).toThrow('chain.pem')
})

test('a unit that was not registered yet asks again and gets its certificate', async () => {
  let server: TestCsms | undefined
  const wall = testClock(now)
  const opening = scene({
    firstContact: true,
    wall,
    before(csms) {
      server = csms
      csms.firstContact.silent = 2
    },
  })
  for (const asked of [1, 2]) {
    await until(() => server?.firstContact.asked === asked, `request ${asked}`)
    await until(() => wall.armed('station-1/certificate'), 'the wait for the next')
    await wall.advance(inMinutes(asked))
  }
  await until(() => server?.firstContact.answers.length === 1, 'the certificate')
  await wall.advance(inSeconds(1))
  const { station, csms } = await opening
  const online = async () => {
    await wall.advance(inSeconds(1))
    return station.connected().csms && csms.connected()
  }
  await expect.poll(online).toBe(true)
  expect(csms.firstContact).toMatchObject({ asked: 3, answers: ['Accepted'] })
})

test('the wait for a certificate doubles up to an hour, and a part of it is drawn', () => {
  const least = { below: () => 0 } as never
  const most = { below: (limit: number) => limit - 1 } as never
  expect([0, 1, 2].map((asked) => certificateWait(asked, least))).toEqual([30, 60, 120])
  expect([0, 1, 2].map((asked) => certificateWait(asked, most))).toEqual([60, 120, 240])
  expect(certificateWait(1_000, most)).toBe(3_600)
})
